// Split-conformal intervals: whatever the model, an interval built from the errors on n calibration sales covers a new,
// exchangeable sale with probability at least `level` (and at most level + 1/(n + 1) without ties).
// Source: Vovk, Gammerman, Shafer (2005); Lei et al., JASA 113 (2018), algorithm 2 («split conformal prediction»).
//
// Half-widths may be infinite: with n calibration sales no finite interval reaches a level above n / (n + 1).
// All functions require 0 < level < 1; NaN errors are not allowed (asserted).
#pragma once

#include <vector>

namespace valion::stats {

// The ceil((n + 1) level)-th smallest |error|: the interval is estimate ± half-width. For errors divided by a measure of each
// sale's difficulty, the interval is estimate ± half-width × the new sale's difficulty. O(n).
[[nodiscard]] double conformal_half_width(std::vector<double> absolute_errors, double level);

// Signed errors (observed - estimated) keep their skew: [estimate + lower, estimate + upper], (1 - level)/2 missed on each side.
struct ConformalBand {
  double lower = 0;  // may be -infinity
  double upper = 0;  // may be +infinity
};
[[nodiscard]] ConformalBand conformal_band(std::vector<double> errors, double level);

}  // namespace valion::stats

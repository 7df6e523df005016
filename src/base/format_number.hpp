// Every stored artefact carries the number of its format. A program reads its own format and the older ones; a newer one it
// refuses by name, since guessing would lose what the newer program meant.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace valion {

// conflict, naming both numbers, when `found` is newer than `known`; malformed when it is no number of a format at all.
[[nodiscard]] inline Result<void> check_format(std::string_view what, std::int64_t found, std::int64_t known) {
  if (found > known) {
    return fail(ErrorKind::conflict, std::string(what) + " has format " + std::to_string(found) +
                                         ", and this program reads formats up to " + std::to_string(known) +
                                         "; use the newer version of Valion that wrote it");
  }
  if (found < 1) return fail(ErrorKind::malformed, std::string(what) + " has no valid format number");
  return {};
}

}  // namespace valion

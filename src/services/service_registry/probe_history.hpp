// What the probes of one instance add up to: two failures in a row make it critical, one success makes it well again.
#pragma once

#include <string>

#include "platform/registry/registry.hpp"

namespace valion::registry {

inline constexpr int kFailuresUntilCritical = 2;

struct ProbeHistory {
  int failures_in_a_row = 0;
  Verdict verdict = Verdict::unknown;
  std::string output;  // why the last probe failed; empty after a success
};

[[nodiscard]] ProbeHistory after_success(ProbeHistory history);
[[nodiscard]] ProbeHistory after_failure(ProbeHistory history, std::string why);

}  // namespace valion::registry

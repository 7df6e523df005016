// What the probes of one instance add up to. Somebody new is well with the first success; who is critical must succeed `rise`
// times in a row to be well again; `fall` failures in a row make anybody critical.
#pragma once

#include <string>

#include "platform/registry/registry.hpp"

namespace valion::registry {

struct Thresholds {
  int rise = 2;
  int fall = 2;
};

struct ProbeHistory {
  int successes_in_a_row = 0;
  int failures_in_a_row = 0;
  Verdict verdict = Verdict::unknown;
  std::string output;  // why the last probe failed; empty after a success
};

[[nodiscard]] ProbeHistory after_success(ProbeHistory history, Thresholds thresholds);
[[nodiscard]] ProbeHistory after_failure(ProbeHistory history, Thresholds thresholds, std::string why);

}  // namespace valion::registry

#include "services/service_registry/probe_history.hpp"

namespace valion::registry {

ProbeHistory after_success(ProbeHistory history, Thresholds thresholds) {
  history.failures_in_a_row = 0;
  ++history.successes_in_a_row;
  const bool risen = history.successes_in_a_row >= thresholds.rise;
  if (history.verdict != Verdict::critical || risen) history.verdict = Verdict::passing;
  history.output.clear();
  return history;
}

ProbeHistory after_failure(ProbeHistory history, Thresholds thresholds, std::string why) {
  history.successes_in_a_row = 0;
  ++history.failures_in_a_row;
  if (history.failures_in_a_row >= thresholds.fall) history.verdict = Verdict::critical;
  history.output = std::move(why);
  return history;
}

}  // namespace valion::registry

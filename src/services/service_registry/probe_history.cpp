#include "services/service_registry/probe_history.hpp"

namespace valion::registry {

ProbeHistory after_success(ProbeHistory history) {
  history.failures_in_a_row = 0;
  history.verdict = Verdict::passing;
  history.output.clear();
  return history;
}

ProbeHistory after_failure(ProbeHistory history, std::string why) {
  ++history.failures_in_a_row;
  if (history.failures_in_a_row >= kFailuresUntilCritical) history.verdict = Verdict::critical;
  history.output = std::move(why);
  return history;
}

}  // namespace valion::registry

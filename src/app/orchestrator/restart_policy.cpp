#include "app/orchestrator/restart_policy.hpp"

#include <algorithm>
#include <utility>

namespace valion::app {

std::optional<std::chrono::milliseconds> RestartPolicy::ended(Time started, Time now) {
  while (!ends_.empty() && now - ends_.front() >= rules_.crash_loop_window) ends_.pop_front();
  ends_.push_back(now);
  if (ends_.size() >= static_cast<std::size_t>(rules_.crash_loop_ends)) return std::nullopt;
  if (now - started >= rules_.well_after) pause_ = rules_.first_pause;
  return std::exchange(pause_, std::min(pause_ * 2, rules_.longest_pause));
}

void RestartPolicy::forgive() {
  ends_.clear();
  pause_ = rules_.first_pause;
}

}  // namespace valion::app

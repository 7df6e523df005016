#include "services/api_gateway/identity/failure_throttle.hpp"

#include <algorithm>

namespace valion::gateway {

std::chrono::seconds FailureThrottle::attempt(const std::string& key, Time now) {
  if (records_.size() >= settings_.remembered) forget_old(now);
  Record& record = records_.try_emplace(key, Record{now, 0}).first->second;
  if (now - record.since >= settings_.window) record = Record{now, 0};
  if (record.failures >= settings_.failures) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(record.since + settings_.window - now);
    return std::max(left, std::chrono::seconds(1));
  }
  ++record.failures;
  return std::chrono::seconds(0);
}

void FailureThrottle::succeeded(const std::string& key) { records_.erase(key); }

void FailureThrottle::forget_old(Time now) {
  std::erase_if(records_, [&](const auto& entry) { return now - entry.second.since >= settings_.window; });
  while (records_.size() >= settings_.remembered) {  // a flood of names within one window: the oldest go
    records_.erase(std::min_element(records_.begin(), records_.end(),
                                    [](const auto& a, const auto& b) { return a.second.since < b.second.since; }));
  }
}

}  // namespace valion::gateway

#include "platform/resilience/outlier_ejection.hpp"

#include <algorithm>

namespace valion::resilience {

void OutlierEjection::on_success(const std::string& instance) {
  if (records_.empty()) return;
  const auto found = records_.find(instance);
  if (found == records_.end()) return;
  found->second.failures = 0;
  if (found->second.ejections == 0) records_.erase(found);
}

bool OutlierEjection::on_failure(const std::string& instance, const std::vector<std::string>& known, Moment now) {
  forget_the_gone(known);
  if (std::find(known.begin(), known.end(), instance) == known.end()) return false;
  Record& record = records_[instance];
  if (record.out_until > now) return false;  // the last of its calls come home
  ++record.failures;
  if (record.failures < settings_.consecutive_failures) return false;
  const double out = static_cast<double>(ejected(now).size());
  if (out + 1 > settings_.largest_share * static_cast<double>(known.size())) return false;

  if (record.ejections > 0) {
    const auto good_steps = (now - record.out_until) / settings_.step;
    record.ejections -= static_cast<int>(std::min<decltype(good_steps)>(good_steps, record.ejections));
  }
  record.failures = 0;
  record.ejections = std::min(record.ejections + 1, static_cast<int>(settings_.longest / settings_.step));
  record.out_until = now + settings_.step * record.ejections;
  return true;
}

std::vector<std::string> OutlierEjection::ejected(Moment now) const {
  std::vector<std::string> out;
  for (const auto& [instance, record] : records_) {
    if (record.out_until > now) out.push_back(instance);
  }
  return out;
}

// An instance that starts again has another id: the records of the old would pile up.
void OutlierEjection::forget_the_gone(const std::vector<std::string>& known) {
  std::erase_if(records_,
                [&](const auto& entry) { return std::find(known.begin(), known.end(), entry.first) == known.end(); });
}

}  // namespace valion::resilience

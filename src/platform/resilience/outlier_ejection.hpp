// Instances that fail while their siblings do not are left alone for a while (Envoy's consecutive-5xx outlier detection).
//
// Five failures in a row (an answer of 5xx, a refused or lost connection, a timeout; never a 4xx) eject an instance for 30 s;
// each further ejection lasts 30 s longer, at most 300 s, and every 30 s in service without a new one take one step back.
// At most half of a service's instances are out at once, so a single one never is: whom else should we ask?
// One per called service; not thread-safe; memory only for instances that have failed.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "platform/resilience/moment.hpp"

namespace valion::resilience {

struct EjectionSettings {
  int consecutive_failures = 5;
  std::chrono::seconds step{30};
  std::chrono::seconds longest{300};
  double largest_share = 0.5;
};

class OutlierEjection {
 public:
  explicit OutlierEjection(EjectionSettings settings = {}) : settings_(settings) {}
  void on_success(const std::string& instance);
  // `known`: the ids of all instances that there are. True: this failure ejected the instance.
  bool on_failure(const std::string& instance, const std::vector<std::string>& known, Moment now);
  [[nodiscard]] bool none() const noexcept { return records_.empty(); }  // has failed of late
  // Who is out at this moment, by id.
  [[nodiscard]] std::vector<std::string> ejected(Moment now) const;

 private:
  struct Record {
    int failures = 0;   // in a row
    int ejections = 0;  // steps of the next ejection, less one
    Moment out_until{};
  };
  void forget_the_gone(const std::vector<std::string>& known);

  EjectionSettings settings_;
  std::map<std::string, Record> records_;
};

}  // namespace valion::resilience

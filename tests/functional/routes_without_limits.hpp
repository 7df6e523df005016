// The built-in route table, with nobody counted: for tests whose callers ask without end as one user.
#pragma once

#include <regex>
#include <string>

#include "functional/running_system.hpp"

namespace valion::functional {

// A file for VALION_GATEWAY_ROUTES; it must outlive the system that reads it.
class RoutesWithoutLimits {
 public:
  RoutesWithoutLimits() {
    const Finished printed = run({valion_binary(), "config", "routes"});
    const std::regex limit(" *rate_limit:[^\n]*\n");
    file_ = folder_.write("routes.yaml", std::regex_replace(printed.output, limit, ""));
  }
  [[nodiscard]] std::string file() const { return file_.string(); }

 private:
  TemporaryFolder folder_;
  std::filesystem::path file_;
};

}  // namespace valion::functional

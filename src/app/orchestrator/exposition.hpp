// Joins the Prometheus expositions of several instances into one document.
#pragma once

#include <string>
#include <vector>

namespace valion::app {

// Text format 0.0.4 demands that a family's HELP and TYPE stand once, before all of its samples: families are merged by name,
// in order of first appearance. The instances tell their samples apart by their own `instance` label. Lines that belong to no
// family are dropped.
[[nodiscard]] std::string join_expositions(const std::vector<std::string>& texts);

}  // namespace valion::app

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "app/commands/commands.hpp"

namespace valion::app {
namespace {

constexpr std::size_t kShownViolations = 20;

std::string place_of(const Violation& violation) {
  if (!violation.pointer.empty()) return violation.pointer + ": ";
  std::string place;
  if (violation.row >= 0) place += fmt::format("row {}", violation.row);
  if (!violation.column.empty()) place += fmt::format("{}column {}", place.empty() ? "" : ", ", violation.column);
  return place.empty() ? place : place + ": ";
}

}  // namespace

int complain(const Error& error) {
  fmt::print(stderr, "{}\n", error.message);
  const std::size_t shown = std::min(kShownViolations, error.violations.size());
  for (std::size_t index = 0; index < shown; ++index) {
    const Violation& violation = error.violations[index];
    fmt::print(stderr, "  {}{}{}\n", place_of(violation), violation.message,
               violation.value.empty() ? "" : fmt::format(" (here: {:.80})", violation.value));
  }
  if (error.violation_total > static_cast<std::int64_t>(shown)) {
    fmt::print(stderr, "  … and {} more\n", error.violation_total - static_cast<std::int64_t>(shown));
  }
  return 1;
}

}  // namespace valion::app

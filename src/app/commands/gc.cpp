// `valion gc`.
#include <fmt/format.h>

#include <exception>

#include "app/backup/collection.hpp"
#include "app/commands/commands.hpp"
#include "platform/json/described.hpp"
#include "platform/service/module.hpp"

namespace valion::app {
namespace {

Result<CollectionReport> collect_or_fail(const Settings& settings, bool dry_run) {
  try {
    return collect(settings, dry_run, [](std::string_view name) { return load_service(name); });
  } catch (const std::exception& error) {
    return fail(ErrorKind::unavailable, error.what());
  }
}

}  // namespace

int collect_garbage(const Settings& settings, bool dry_run, bool as_json) {
  const auto report = collect_or_fail(settings, dry_run);
  if (!report) return complain(report.error());
  if (as_json) {
    fmt::print("{}\n", json::encode(*report));
    return 0;
  }
  std::int64_t bytes = 0;
  for (const Freed& freed : report->freed) {
    bytes += freed.bytes;
    fmt::print("{:<32} {:>8}  {:>12.1f} MB\n", freed.what, freed.count, static_cast<double>(freed.bytes) / 1e6);
  }
  fmt::print("{} {:.1f} MB\n", dry_run ? "would free" : "freed", static_cast<double>(bytes) / 1e6);
  return 0;
}

}  // namespace valion::app

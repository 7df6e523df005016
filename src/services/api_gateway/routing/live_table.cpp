#include "services/api_gateway/routing/live_table.hpp"

#include <algorithm>

namespace valion::gateway {

TableSource table_source(const Settings& settings) {
  TableSource source;
  source.rules.identity = settings.gateway_identity;
  source.rules.upload_limit = settings.upload_limit;
  source.file = settings.gateway_routes;
  if (source.file.empty() && settings.file_has_routes) {
    source.file = settings.file;
    source.rules.beside_settings = true;
  }
  return source;
}

Result<LiveTable> LiveTable::load(TableSource source) {
  LiveTable live(std::move(source));
  live.status_.source = live.source_.file.empty() ? "built in" : live.source_.file.string();
  VALION_TRY_ASSIGN(const std::string text, live.read());
  live.seen_ = text;
  live.seen_any_ = true;
  VALION_TRY(live.take(text));
  return live;
}

Result<std::string> LiveTable::read() const {
  if (source_.file.empty()) return std::string(default_routes_yaml());
  return read_routes_file(source_.file);
}

Result<void> LiveTable::take(const std::string& text) {
  VALION_TRY_ASSIGN(std::vector<Route> routes, parse_routes(text, status_.source, source_.rules));
  auto table = std::make_shared<const RouteTable>(std::move(routes));
  if (source_.accept) VALION_TRY(source_.accept(*table));
  table_ = std::move(table);
  ++status_.generation;
  status_.in_force_since = std::chrono::system_clock::now();
  status_.refusal.reset();
  return {};
}

Reload LiveTable::reload() {
  auto text = read();
  if (text && seen_any_ && *text == seen_) return Reload::unchanged;
  seen_any_ = text.has_value();
  if (text) seen_ = *text;
  const Result<void> taken = text ? take(*text) : Result<void>(fail(std::move(text).error()));
  if (!taken) {
    ++status_.refusals;
    status_.refusal = taken.error();
    status_.refused_at = std::chrono::system_clock::now();
    return Reload::refused;
  }
  for (const auto& listener : listeners_) listener(*table_);
  return Reload::replaced;
}

std::string told(const Error& error) {
  constexpr std::size_t kShown = 20;
  std::string text = error.message;
  const std::size_t shown = std::min(kShown, error.violations.size());
  for (std::size_t index = 0; index < shown; ++index) {
    const Violation& violation = error.violations[index];
    text.append("\n").append(violation.pointer).append(": ").append(violation.message);
    if (!violation.value.empty()) text.append("; here: ").append(violation.value);
  }
  const auto more = error.violation_total - static_cast<std::int64_t>(shown);
  if (more > 0) text.append("\nand ").append(std::to_string(more)).append(" more");
  return text;
}

}  // namespace valion::gateway

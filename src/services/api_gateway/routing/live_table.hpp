// The table in force. Another one takes its place whole or not at all; exchanges that run keep the one they began with:
//
//   const std::shared_ptr<const RouteTable> table = live.current();   // one atomic count; hold it as long as its routes are used
//
// On the event loop's thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "platform/config/settings.hpp"
#include "services/api_gateway/routing/table_file.hpp"

namespace valion::gateway {

struct TableSource {
  std::filesystem::path file;  // empty: the built-in table, which never changes
  TableRules rules;
  // What else must hold of a table, e.g. that the registry it needs is there; nothing: any.
  std::function<Result<void>(const RouteTable&)> accept;
};

struct TableStatus {
  std::string source;            // the file, or `built in`
  std::uint64_t generation = 0;  // 1: the table of the start
  std::chrono::system_clock::time_point in_force_since;
  std::uint64_t refusals = 0;    // files that were not taken, since the start
  std::optional<Error> refusal;  // why the file as it is now is not in force; nothing: it is
  std::chrono::system_clock::time_point refused_at;
};

// Where the settings say that the table is: gateway.routes, else `routes:` of the settings file, else the built-in one.
[[nodiscard]] TableSource table_source(const Settings& settings);

enum class Reload { replaced, unchanged, refused };

class LiveTable {
 public:
  // Fails as parse_routes() and read_routes_file() do, or with what `accept` says.
  [[nodiscard]] static Result<LiveTable> load(TableSource source);

  [[nodiscard]] const std::shared_ptr<const RouteTable>& current() const noexcept { return table_; }
  [[nodiscard]] const TableStatus& status() const noexcept { return status_; }
  [[nodiscard]] const std::filesystem::path& file() const noexcept { return source_.file; }

  // Reads the file again. `unchanged`: the same bytes as at the last look, good or bad. A refused file leaves the table, and its
  // status says why. Blocks for the reading of at most 1 MiB.
  Reload reload();

  // Called after every replacement, with the new table.
  void on_replaced(std::function<void(const RouteTable&)> listener) { listeners_.push_back(std::move(listener)); }

 private:
  explicit LiveTable(TableSource source) : source_(std::move(source)) {}
  [[nodiscard]] Result<std::string> read() const;
  Result<void> take(const std::string& text);

  TableSource source_;
  std::string seen_;  // the bytes of the last look
  bool seen_any_ = false;
  std::shared_ptr<const RouteTable> table_;
  TableStatus status_;
  std::vector<std::function<void(const RouteTable&)>> listeners_;
};

// The message and its violations, a line each: what a log or an operator is told.
[[nodiscard]] std::string told(const Error& error);

}  // namespace valion::gateway

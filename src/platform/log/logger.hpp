// One JSON object a line (json_line.hpp), secrets and personal data masked, into a file that is rotated by rename and never
// holds half a line (rotating_file.hpp). Thread-safe; a line is in the file when write() returns. Writing never throws; making
// a Logger does: the file cannot be opened, or there is no such level.
//
//   log.info("model trained", {{"request_id", request.request_id}, {"user_id", user}, {"rows", std::int64_t{n}}});
//
// request_id, trace_id, tenant and user_id become members of the line, everything else members of its `fields`.
// Cost of a request's line: see docs/observability.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace valion::log {

enum class Level { trace, debug, info, warning, error };

using FieldValue = std::variant<std::string, std::int64_t, double, bool>;
using Field = std::pair<std::string_view, FieldValue>;
using Fields = std::vector<Field>;

struct LogSettings {
  std::filesystem::path file;  // empty: standard error
  std::string service_name;
  std::string instance;
  std::string level = "info";
  std::size_t rotate_bytes = 10u << 20;
  std::size_t files = 5;  // rotated ones kept beside the one being written: service.log.1 … service.log.5
};

// What became of the lines so far.
struct LogCounts {
  std::uint64_t written = 0;
  std::uint64_t lost = 0;  // disk full, or the file gone and not to be made again
};

class Logger {
 public:
  explicit Logger(const LogSettings& settings);
  ~Logger();
  void write(Level level, std::string_view message, const Fields& fields = {});
  void debug(std::string_view message, const Fields& fields = {}) { write(Level::debug, message, fields); }
  void info(std::string_view message, const Fields& fields = {}) { write(Level::info, message, fields); }
  void warning(std::string_view message, const Fields& fields = {}) { write(Level::warning, message, fields); }
  void error(std::string_view message, const Fields& fields = {}) { write(Level::error, message, fields); }

  // At run time, from any thread: lines below this level are not written from now on.
  void set_level(Level level) noexcept;
  [[nodiscard]] Level level() const noexcept;
  [[nodiscard]] LogCounts counts() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace valion::log

// One JSON object a line: timestamp, level, service_name, instance, message, and what the caller adds (request_id, trace_id,
// …). Rotated at 10 MB, five files kept. Thread-safe; a line is written whole and flushed. Writing never throws; making a
// Logger does: the file cannot be opened, or there is no such level.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <memory>
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
  std::size_t files = 5;
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

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace valion::log

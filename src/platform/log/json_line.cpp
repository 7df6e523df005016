#include "platform/log/json_line.hpp"

#include "platform/json/writer.hpp"

namespace valion::log {
namespace {

struct WriteValue {
  std::string& out;
  void operator()(const std::string& text) const { json::write_text(out, text); }
  void operator()(std::int64_t number) const { json::write_integer(out, number); }
  void operator()(double number) const { json::write_number(out, number); }
  void operator()(bool truth) const { out += truth ? "true" : "false"; }
};

void add(std::string& line, std::string_view name, const FieldValue& value) {
  if (line.size() > 1) line += ',';
  json::write_text(line, name);
  line += ':';
  std::visit(WriteValue{line}, value);
}

}  // namespace

std::string_view name_of(Level level) noexcept {
  switch (level) {
    case Level::trace: return "trace";
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warning: return "warning";
    case Level::error: return "error";
  }
  return "info";
}

std::string json_line(std::string_view timestamp, Level level, std::string_view service_name, std::string_view instance,
                      std::string_view message, const Fields& fields) {
  std::string line = "{";
  add(line, "timestamp", std::string(timestamp));
  add(line, "level", std::string(name_of(level)));
  add(line, "service_name", std::string(service_name));
  add(line, "instance", std::string(instance));
  add(line, "message", std::string(message));
  for (const auto& [name, value] : fields) add(line, name, value);
  return line + "}";
}

}  // namespace valion::log

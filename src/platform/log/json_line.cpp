#include "platform/log/json_line.hpp"

#include <algorithm>
#include <array>

#include "platform/json/writer.hpp"
#include "platform/log/masking.hpp"

namespace valion::log {
namespace {

constexpr std::array<std::string_view, 5> kLevels{"trace", "debug", "info", "warning", "error"};
constexpr std::array<std::string_view, 4> kContext{"request_id", "trace_id", "tenant", "user_id"};
constexpr std::size_t kUsualLine = 512;

void write_masked(std::string& out, std::string_view text) {
  const std::string shown = masked(text);
  json::write_text(out, shown);
}

struct WriteValue {
  std::string& out;
  void operator()(const std::string& text) const { write_masked(out, text); }
  void operator()(std::int64_t number) const { json::write_integer(out, number); }
  void operator()(double number) const { json::write_number(out, number); }
  void operator()(bool truth) const { out += truth ? "true" : "false"; }
};

void write_name(std::string& line, std::string_view name) {
  line.append(line.back() == '{' ? "\"" : ",\"").append(name).append("\":");  // names are ours: nothing to escape
}

bool is_context(std::string_view name) { return std::find(kContext.begin(), kContext.end(), name) != kContext.end(); }

void write_context(std::string& line, const Fields& fields) {
  for (const std::string_view name : kContext) {
    write_name(line, name);
    const auto given =
        std::find_if(fields.begin(), fields.end(), [&](const Field& field) { return field.first == name; });
    const auto* text = given == fields.end() ? nullptr : std::get_if<std::string>(&given->second);
    write_masked(line, text == nullptr ? std::string_view() : std::string_view(*text));
  }
}

void write_fields(std::string& line, const Fields& fields) {
  write_name(line, "fields");
  line += '{';
  for (const auto& [name, value] : fields) {
    if (is_context(name)) continue;
    write_name(line, name);
    if (names_a_secret(name)) {
      line += "\"[secret]\"";
    } else {
      std::visit(WriteValue{line}, value);
    }
  }
  line += '}';
}

}  // namespace

std::string_view name_of(Level level) noexcept { return kLevels[static_cast<std::size_t>(level)]; }

std::optional<Level> parse_level(std::string_view name) noexcept {
  const auto found = std::find(kLevels.begin(), kLevels.end(), name);
  if (found == kLevels.end()) return std::nullopt;
  return static_cast<Level>(found - kLevels.begin());
}

std::string json_line(std::string_view timestamp, Level level, const Origin& origin, std::string_view message,
                      const Fields& fields) {
  std::string line;
  line.reserve(kUsualLine);
  line += '{';
  write_name(line, "timestamp");
  json::write_text(line, timestamp);
  write_name(line, "level");
  json::write_text(line, name_of(level));
  write_name(line, "service_name");
  json::write_text(line, origin.service_name);
  write_name(line, "instance");
  json::write_text(line, origin.instance);
  write_context(line, fields);
  write_name(line, "message");
  write_masked(line, message);
  write_fields(line, fields);
  line += '}';
  return line;
}

}  // namespace valion::log

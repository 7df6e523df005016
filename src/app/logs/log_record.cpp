#include "app/logs/log_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/date.hpp"
#include "platform/log/json_line.hpp"

namespace valion::app {
namespace {

using namespace std::chrono_literals;

// `2026-11-24`, `2026-11-24T08:26`, `…:40`, `….5`, each with or without `Z` and with a blank for `T`.
bool is_moment(std::string_view text) {
  constexpr std::string_view kPattern = "dddd-dd-ddTdd:dd:dd.";
  for (std::size_t index = 0; index < text.size(); ++index) {
    const char wanted = index < kPattern.size() ? kPattern[index] : 'd';
    const bool digit = std::isdigit(static_cast<unsigned char>(text[index])) != 0;
    if (wanted == 'd' ? !digit : text[index] != wanted) return false;
  }
  return text.size() == 10 || text.size() == 16 || text.size() == 19 || (text.size() > 20 && text.size() <= 29);
}

std::string_view colour_of(std::string_view level) {
  if (level == "error") return "\033[31m";
  if (level == "warning") return "\033[33m";
  if (level == "info") return "\033[32m";
  return "\033[2m";
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

// A text without quotation marks when it needs none.
std::string shown(const json::Raw& value) {
  const std::string& text = value.text;
  const bool plain = text.size() > 2 && text.front() == '"' && text.find_first_of(" \\=") == std::string::npos;
  return plain ? text.substr(1, text.size() - 2) : text;
}

}  // namespace

bool passes(const LogFilter& filter, const LogRecord& record) {
  if (!filter.service.empty() && record.service_name != filter.service) return false;
  if (!filter.since.empty() && record.timestamp < filter.since) return false;
  if (!filter.request_id.empty() && record.request_id != filter.request_id && record.trace_id != filter.request_id) {
    return false;
  }
  if (filter.level.empty()) return true;
  const auto wanted = log::parse_level(filter.level);
  const auto given = log::parse_level(record.level);
  return !wanted || !given || *given >= *wanted;
}

std::optional<std::chrono::seconds> parse_age(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size() - 1, count);
  if (error != std::errc{} || end != text.data() + text.size() - 1 || count < 0) return std::nullopt;
  switch (text.back()) {
    case 's': return std::chrono::seconds(count);
    case 'm': return std::chrono::minutes(count);
    case 'h': return std::chrono::hours(count);
    case 'd': return std::chrono::days(count);
    default: return std::nullopt;
  }
}

Result<std::string> parse_since(std::string_view text, std::chrono::system_clock::time_point now) {
  if (const auto age = parse_age(text)) return utc_timestamp(now - *age);
  std::string moment(text);
  if (moment.ends_with('Z')) moment.pop_back();
  if (moment.size() > 10 && moment[10] == ' ') moment[10] = 'T';
  if (is_moment(moment)) return moment;
  return fail(ErrorKind::invalid, fmt::format("--since wants an age (90s, 15m, 2h, 1d) or a time in UTC "
                                              "(2026-11-24, 2026-11-24T08:26:40Z), not {}",
                                              text));
}

std::string to_text(const LogRecord& record, bool colour) {
  std::string time = record.timestamp.substr(0, 23);
  if (time.size() > 10) time[10] = ' ';
  const std::string level = fmt::format("{:<7}", upper(record.level));
  std::string line = fmt::format("{} {}{}{} {:<18} {}", time, colour ? colour_of(record.level) : "", level,
                                 colour ? "\033[0m" : "", record.service_name, record.message);
  std::string rest;
  for (const auto& [name, value] : record.fields) rest += fmt::format(" {}={}", name, shown(value));
  if (!record.user_id.empty()) rest += " user=" + record.user_id;
  if (!record.request_id.empty()) rest += " request_id=" + record.request_id;
  if (rest.empty()) return line;
  return line + " " + (colour ? "\033[2m" : "") + rest + (colour ? "\033[0m" : "");
}

}  // namespace valion::app

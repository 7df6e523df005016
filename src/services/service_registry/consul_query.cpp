#include "services/service_registry/consul_query.hpp"

#include <algorithm>
#include <charconv>

#include "services/service_registry/catalogue_view.hpp"

namespace valion::registry {
namespace {

constexpr double kYear = 365.0 * 24 * 3'600'000;  // milliseconds

std::optional<double> milliseconds_of(std::string_view unit) {
  if (unit == "ms") return 1;
  if (unit == "s") return 1'000;
  if (unit == "m") return 60'000;
  if (unit == "h") return 3'600'000;
  return std::nullopt;
}

Error wrong(const std::string& parameter, const std::string& accepted) {
  return make_error(ErrorKind::invalid, "the parameter `" + parameter + "` wants " + accepted);
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  double sum = 0;
  while (!text.empty()) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc{} || number < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto length = std::find_if_not(text.begin(), text.end(), is_letter) - text.begin();
    const auto unit = milliseconds_of(text.substr(0, static_cast<std::size_t>(length)));
    if (!unit) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(length));
    sum += number * *unit;
  }
  if (!(sum <= kYear)) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(sum));
}

Result<ConsulQuery> parse_query(const std::map<std::string, std::string>& query) {
  ConsulQuery parsed;
  for (const auto& [name, value] : query) {
    if (name == "index") {
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed.index);
      if (error != std::errc{} || end != value.data() + value.size()) return fail(wrong("index", "a whole number"));
    } else if (name == "wait") {
      const auto wait = parse_duration(value);
      if (!wait) return fail(wrong("wait", "a duration such as 30s or 5m"));
      parsed.wait = std::min(*wait, kLongestWait);
      if (parsed.wait.count() == 0) parsed.wait = kDefaultWait;  // as Consul has it
    } else if (name == "passing") {
      parsed.passing = value != "0" && value != "false";
    } else if (name == "tag") {
      parsed.tag = value;
    } else if (name == "dc") {
      if (!value.empty() && value != kDatacenter) return fail(ErrorKind::not_found, "No path to datacenter " + value);
    } else if (name == "filter" || name == "node-meta" || name == "ns" || name == "partition") {
      return fail(ErrorKind::invalid, "the parameter `" + name + "` is not offered here");
    }
  }
  return parsed;
}

}  // namespace valion::registry

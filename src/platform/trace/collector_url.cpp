#include "platform/trace/collector_url.hpp"

#include <algorithm>
#include <charconv>

namespace valion::trace {
namespace {

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > ' ' && c < 127; }) &&
         text.find_first_of("?#@\"\\") == std::string_view::npos;
}

}  // namespace

std::optional<CollectorUrl> parse_collector_url(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme) || !is_plain(url)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  const std::string_view authority = url.substr(0, url.find('/'));
  std::string_view path = url.substr(authority.size());
  while (path.ends_with('/')) path.remove_suffix(1);

  const auto colon = authority.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view port = authority.substr(colon + 1);
  CollectorUrl parsed;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), parsed.port);
  if (error != std::errc{} || end != port.data() + port.size() || parsed.port == 0) return std::nullopt;

  std::string_view host = authority.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.empty() || (!bracketed && host.find_first_of(":[]") != std::string_view::npos)) return std::nullopt;
  parsed.host = host;
  parsed.target = std::string(path) + "/v1/traces";
  return parsed;
}

}  // namespace valion::trace

#include "services/api_gateway/routing/quantities.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace valion::gateway {
namespace {

constexpr std::uint64_t kLargest = std::uint64_t{1} << 53;

struct Unit {
  std::string_view name;
  std::uint64_t size;
};

// The first of equal size is the one that is written.
constexpr std::array<Unit, 6> kTimes{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"min", 60'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<Unit, 9> kSizes{{{"TiB", std::uint64_t{1} << 40},
                                      {"GiB", 1u << 30},
                                      {"MiB", 1u << 20},
                                      {"KiB", 1u << 10},
                                      {"B", 1},
                                      {"TB", 1'000'000'000'000},
                                      {"GB", 1'000'000'000},
                                      {"MB", 1'000'000},
                                      {"kB", 1'000}}};

struct Amount {
  std::uint64_t number = 0;
  std::string_view unit;
};

// Digits and what follows them; nothing without digits, or when the number does not fit.
std::optional<Amount> amount_of(std::string_view text) noexcept {
  Amount amount;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount.number);
  if (error != std::errc{} || amount.number > kLargest) return std::nullopt;
  amount.unit = text.substr(static_cast<std::size_t>(end - text.data()));
  return amount;
}

template <std::size_t N>
std::optional<std::uint64_t> sized(const Amount& amount, const std::array<Unit, N>& units, std::uint64_t most) {
  const auto unit = std::find_if(units.begin(), units.end(), [&](const Unit& one) { return one.name == amount.unit; });
  if (unit == units.end() || amount.number > most / unit->size) return std::nullopt;
  return amount.number * unit->size;
}

bool is_host_name(std::string_view text) noexcept {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
  };
  return !text.empty() && text.size() <= 253 && text.front() != '.' && std::all_of(text.begin(), text.end(), allowed);
}

bool is_ipv6(const std::string& text) noexcept {
  in6_addr address;
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

tl::unexpected<Error> no_upstream(const std::string& why) {
  return fail(ErrorKind::invalid, "wants http://HOST:PORT" + why);
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept {
  constexpr std::uint64_t kMost = 365u * 86'400'000ull;
  const auto amount = amount_of(text);
  if (!amount) return std::nullopt;
  const auto milliseconds = sized(*amount, kTimes, kMost);
  if (!milliseconds) return std::nullopt;
  return std::chrono::milliseconds(*milliseconds);
}

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept {
  auto amount = amount_of(text);
  if (!amount) return std::nullopt;
  if (amount->unit.empty()) amount->unit = "B";
  return sized(*amount, kSizes, kLargest);
}

std::optional<RateLimit> parse_rate(std::string_view text) noexcept {
  constexpr std::uint64_t kMostRequests = 1'000'000'000;
  const auto amount = amount_of(text);
  if (!amount || amount->number == 0 || amount->number > kMostRequests || !amount->unit.starts_with('/')) {
    return std::nullopt;
  }
  const std::string_view per = amount->unit.substr(1);
  const auto unit = std::find_if(kTimes.begin(), kTimes.end(), [&](const Unit& one) { return one.name == per; });
  const auto window = unit != kTimes.end() ? std::chrono::milliseconds(unit->size)
                                           : parse_duration(per).value_or(std::chrono::milliseconds(0));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(window);
  if (seconds.count() == 0 || seconds != window) return std::nullopt;
  return RateLimit{static_cast<std::uint32_t>(amount->number), seconds};
}

Result<FixedUpstream> parse_upstream(std::string_view text) {
  constexpr std::string_view kScheme = "http://";
  if (text.starts_with("https://"))
    return no_upstream("; TLS towards upstreams is not spoken, put the gateway beside them or a tunnel between");
  if (!text.starts_with(kScheme)) return no_upstream("");
  text.remove_prefix(kScheme.size());
  if (text.ends_with('/')) text.remove_suffix(1);
  if (text.find_first_of("/?#") != std::string_view::npos)
    return no_upstream(" without a path; `replacement` says what the prefix becomes");
  if (text.find('@') != std::string_view::npos) return no_upstream(" without a user");
  FixedUpstream upstream;
  const std::size_t host_end = text.starts_with('[') ? std::min(text.find(']'), text.size()) : 0;
  const std::size_t colon = text.find(':', host_end);
  upstream.host = std::string(text.substr(0, colon));
  if (host_end > 0) {
    if (!upstream.host.ends_with(']')) return no_upstream("; the host is no IPv6 address in brackets");
    upstream.host = upstream.host.substr(1, upstream.host.size() - 2);
  }
  if (host_end > 0 ? !is_ipv6(upstream.host) : !is_host_name(upstream.host))
    return no_upstream("; the host is neither a name nor an address");
  if (colon != std::string_view::npos) {
    const auto port = amount_of(text.substr(colon + 1));
    if (!port || !port->unit.empty() || port->number == 0 || port->number > 65'535)
      return no_upstream("; the port is a number from 1 to 65535");
    upstream.port = static_cast<std::uint16_t>(port->number);
  }
  return upstream;
}

std::string duration_text(std::chrono::milliseconds duration) {
  const auto count = static_cast<std::uint64_t>(duration.count());
  for (const Unit& unit : kTimes) {
    if (count >= unit.size && count % unit.size == 0) return std::to_string(count / unit.size).append(unit.name);
  }
  return "0s";
}

std::string size_text(std::uint64_t bytes) {
  for (const Unit& unit : kSizes) {
    if (bytes >= unit.size && bytes % unit.size == 0) return std::to_string(bytes / unit.size).append(unit.name);
  }
  return "0B";
}

std::string rate_text(const RateLimit& limit) {
  const auto window = static_cast<std::uint64_t>(limit.window.count()) * 1'000;
  for (const Unit& unit : kTimes) {
    if (unit.size == window) return std::to_string(limit.requests).append("/").append(unit.name);
  }
  return std::to_string(limit.requests) + "/" + duration_text(limit.window);
}

std::string upstream_text(const FixedUpstream& upstream) {
  const bool brackets = upstream.host.find(':') != std::string::npos;
  return "http://" + (brackets ? "[" + upstream.host + "]" : upstream.host) + ":" + std::to_string(upstream.port);
}

}  // namespace valion::gateway

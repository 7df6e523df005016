#include "platform/redis/address.hpp"

#include <sys/un.h>

#include <charconv>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace valion::redis {
namespace {

constexpr std::string_view kUnix = "unix:";
constexpr std::string_view kTcp = "redis://";

[[noreturn]] void refuse(const std::string& reason) {
  throw std::invalid_argument("the Redis URL " + reason +
                              "; write unix:PATH or redis://[user[:password]@]host:port[/db]");
}

template <class Number>
std::optional<Number> number(std::string_view text, int base = 10) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const auto code = i + 2 < text.size() ? number<unsigned char>(text.substr(i + 1, 2), 16) : std::nullopt;
    if (!code) refuse("has a % without two hexadecimal digits in its user or password");
    decoded += static_cast<char>(*code);
    i += 2;
  }
  return decoded;
}

void read_credentials(Address& address, std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) refuse("has a user without a password");
  address.user = percent_decoded(text.substr(0, colon));
  address.password = percent_decoded(text.substr(colon + 1));
}

// `host`, `host:port`, `[IPv6]`, `[IPv6]:port`.
void read_host(Address& address, std::string_view text) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) refuse("has a [ without ]");
    address.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
    if (!port.empty() && port.front() != ':') refuse("has text after ]");
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    address.host = text.substr(0, colon);
    port = text.substr(colon);
  }
  if (address.host.empty()) refuse("names no host");
  if (port.empty()) return;
  const auto value = number<std::uint16_t>(port.substr(1));
  if (!value || *value == 0) refuse("has a port that is no number from 1 to 65535");
  address.port = *value;
}

Address parse_tcp(std::string_view text) {
  Address address;
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    read_credentials(address, text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    const std::string_view database = text.substr(slash + 1);
    const auto value = number<int>(database);
    if (!database.empty() && (!value || *value < 0)) refuse("has a database that is no number");
    address.database = value.value_or(0);
    text = text.substr(0, slash);
  }
  read_host(address, text);
  address.shown =
      std::string(kTcp) + std::string(text) + (address.database != 0 ? "/" + std::to_string(address.database) : "");
  return address;
}

}  // namespace

Address Address::parse(const std::string& url) {
  if (url.starts_with(kTcp)) return parse_tcp(std::string_view(url).substr(kTcp.size()));
  if (!url.starts_with(kUnix)) refuse("has an unknown form");
  Address address;
  address.path = url.substr(kUnix.size());
  address.shown = url;
  if (address.path.empty()) refuse("names no socket");
  if (address.path.size() >= sizeof(sockaddr_un::sun_path)) {
    throw std::invalid_argument("the path of the Redis socket " + address.path + " is longer than the " +
                                std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " bytes a Unix socket may have");
  }
  return address;
}

}  // namespace valion::redis

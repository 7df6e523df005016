#include "services/api_gateway/edge/header_hygiene.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

namespace valion::gateway {
namespace {

constexpr std::array<std::string_view, 10> kOneConnection{"connection",
                                                          "keep-alive",
                                                          "proxy-connection",
                                                          "proxy-authenticate",
                                                          "proxy-authorization",
                                                          "te",
                                                          "trailer",
                                                          "transfer-encoding",
                                                          "upgrade",
                                                          "expect"};
constexpr std::array<std::string_view, 9> kWrittenAnew{"host",         "content-length",     "authorization",
                                                       "x-api-key",    "traceparent",        "tracestate",
                                                       "x-request-id", "x-request-deadline", "via"};
constexpr std::array<std::string_view, 2> kClaims{"forwarded", "x-real-ip"};
constexpr std::array<std::string_view, 3> kClaimPrefixes{"x-user-", "x-tenant-", "x-forwarded-"};

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_claim(std::string_view name) {
  return is_one_of(kClaims, name) || std::any_of(kClaimPrefixes.begin(), kClaimPrefixes.end(),
                                                 [&](std::string_view prefix) { return name.starts_with(prefix); });
}

// Names listed in `Connection`: the sender says that they are for its neighbour only.
std::set<std::string> named_by_connection(const http::Headers& headers) {
  std::set<std::string> named;
  for (const auto& [name, value] : headers) {
    if (lower(name) != "connection") continue;
    std::string token;
    for (const char c : value + ",") {
      if (c == ',') {
        if (!token.empty()) named.insert(lower(token));
        token.clear();
      } else if (c != ' ' && c != '\t') {
        token += c;
      }
    }
  }
  return named;
}

template <class Refuse>
http::Headers without(const http::Headers& headers, Refuse refuse) {
  const std::set<std::string> named = named_by_connection(headers);
  http::Headers kept;
  for (const auto& [name, value] : headers) {
    const std::string low = lower(name);
    if (!is_one_of(kOneConnection, low) && !named.contains(low) && !refuse(low)) kept.add(name, value);
  }
  return kept;
}

}  // namespace

http::Headers towards_service(const http::Headers& from_client) {
  return without(from_client, [](const std::string& name) { return is_one_of(kWrittenAnew, name) || is_claim(name); });
}

http::Headers towards_client(const http::Headers& from_service) {
  return without(from_service, [](const std::string&) { return false; });
}

}  // namespace valion::gateway

#include "services/api_gateway/limits/which_limit.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace valion::gateway::limits {

namespace {

const RateLimit* pointer(const std::optional<RateLimit>& limit) noexcept { return limit ? &*limit : nullptr; }

}  // namespace

WhichLimit which_limit(const Route& route, const Caller* caller, std::string_view address) noexcept {
  if (caller == nullptr) return {address, pointer(route.limit)};
  switch (caller->kind) {
    case CallerKind::api_key: return {caller->subject, caller->limit ? &*caller->limit : pointer(route.key_limit)};
    case CallerKind::service: return {caller->subject, pointer(route.service_limit)};
    case CallerKind::user:
    case CallerKind::external: break;
  }
  return {caller->subject, pointer(route.limit)};
}

std::string of_address(std::string_view address) {
  namespace ip = boost::asio::ip;
  boost::system::error_code no_address;
  const ip::address parsed = ip::make_address(std::string(address), no_address);
  if (no_address) return std::string(address);
  if (parsed.is_v4()) return parsed.to_string();
  const ip::address_v6 six = parsed.to_v6();
  if (six.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, six).to_string();
  ip::address_v6::bytes_type bytes = six.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace valion::gateway::limits

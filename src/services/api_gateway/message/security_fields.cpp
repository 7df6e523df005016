#include "services/api_gateway/message/security_fields.hpp"

#include "services/api_gateway/message/head.hpp"

namespace valion::gateway {
namespace {

constexpr std::array<std::string_view, SecurityFields::kCount> kNames{
    "X-Content-Type-Options",       "Referrer-Policy",          "X-Frame-Options", "Content-Security-Policy",
    "Cross-Origin-Resource-Policy", "Strict-Transport-Security"};

}  // namespace

SecurityFields::SecurityFields(const SecuritySettings& settings, bool tls) {
  const std::array<const std::string*, kCount> values{&settings.content_type_options,
                                                      &settings.referrer_policy,
                                                      &settings.frame_options,
                                                      &settings.content_security_policy,
                                                      &settings.cross_origin_resource_policy,
                                                      &settings.strict_transport_security};
  for (std::size_t i = 0; i < kCount; ++i) {
    const bool sent = !values[i]->empty() && (tls || values[i] != &settings.strict_transport_security);
    if (sent) lines_[i].append(kNames[i]).append(": ").append(*values[i]).append("\r\n");
    all_ += lines_[i];
  }
}

unsigned SecurityFields::bit_of(std::string_view name) noexcept {
  if (name.size() < 15) return 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    if (name.size() == kNames[i].size() && same_name(name, kNames[i])) return 1u << i;
  }
  return 0;
}

}  // namespace valion::gateway

// Fields that tell browsers to be careful, rendered once.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace valion::gateway {

// Values; an empty one is not sent.
struct SecuritySettings {
  std::string content_type_options = "nosniff";
  std::string referrer_policy = "no-referrer";
  std::string frame_options = "DENY";
  std::string content_security_policy = "frame-ancestors 'none'";
  std::string cross_origin_resource_policy = "same-origin";
  std::string strict_transport_security = "max-age=31536000; includeSubDomains";  // only over TLS
};

// The lines of one listening port. Read-only, so any thread may read it.
class SecurityFields {
 public:
  static constexpr std::size_t kCount = 6;

  SecurityFields(const SecuritySettings& settings, bool tls);

  // The bit of a name that is one of ours, or 0: what a service has set itself is left to it.
  [[nodiscard]] static unsigned bit_of(std::string_view name) noexcept;
  // All lines together, and one by one.
  [[nodiscard]] const std::string& all() const noexcept { return all_; }
  [[nodiscard]] const std::string& line(std::size_t index) const noexcept { return lines_[index]; }

 private:
  std::array<std::string, kCount> lines_;  // empty: not sent
  std::string all_;
};

}  // namespace valion::gateway

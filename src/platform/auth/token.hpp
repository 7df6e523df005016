// Signed statements of who calls: JSON Web Tokens (RFC 7519), HS256 only, through OpenSSL.
//
// Two audiences, two keys, so that one never passes for the other: `valion` (a client's access token, key known to the
// gateway alone) and `valion-internal` (gateway or service to service, key known to the processes of one home).
// A fixed allow-list of one algorithm: `none`, any other `alg`, and tokens with an unknown `crit` are refused. Comparison is constant-time.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/identity.hpp"
#include "base/result.hpp"

namespace valion::auth {

inline constexpr std::string_view kClientAudience = "valion";
inline constexpr std::string_view kInternalAudience = "valion-internal";

// 32 random bytes. Reads the file, or creates it with mode 0600; a file readable by others (root's file: than its group) is refused («cannot start», throws).
class SigningKey {
 public:
  [[nodiscard]] static SigningKey load_or_create(const std::filesystem::path& file);
  [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }

 private:
  explicit SigningKey(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string bytes_;
};

struct TokenSettings {
  std::string_view audience = kClientAudience;
  std::chrono::seconds lifetime{3600};
  std::chrono::seconds leeway{5};
};

[[nodiscard]] std::string issue_token(const SigningKey& key, const TokenSettings& settings, const Principal& principal,
                                      std::chrono::system_clock::time_point now);
struct VerifiedToken {
  Principal principal;
  std::int64_t issued_at = 0;  // seconds since 1970
};
// unauthenticated (form, signature, audience, algorithm) or expired.
[[nodiscard]] Result<VerifiedToken> verify_issued_token(const SigningKey& key, const TokenSettings& settings,
                                                        std::string_view token,
                                                        std::chrono::system_clock::time_point now);
// The same for those who do not ask when it was issued.
[[nodiscard]] Result<Principal> verify_token(const SigningKey& key, const TokenSettings& settings,
                                             std::string_view token, std::chrono::system_clock::time_point now);

// The token of `Authorization: Bearer …`; unauthenticated when there is none.
[[nodiscard]] Result<std::string_view> bearer(std::string_view authorization);

}  // namespace valion::auth

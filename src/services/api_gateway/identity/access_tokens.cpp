#include "services/api_gateway/identity/access_tokens.hpp"

#include <algorithm>

#include "platform/auth/password.hpp"

namespace valion::gateway {
namespace {

constexpr std::size_t kIdBytes = 16;

}  // namespace

AccessTokens::Issued AccessTokens::issue(const Principal& principal, const std::string& session, Time now,
                                         std::optional<std::chrono::seconds> lifetime) const {
  auth::AccessClaims claims;
  claims.issuer = issuer_;
  claims.audience = auth::kClientAudience;
  claims.principal = principal;
  claims.session = session;
  claims.token_id = auth::random_text(kIdBytes);
  claims.issued_at = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  claims.not_before = claims.issued_at;
  claims.expires_at = claims.issued_at + std::min(lifetime.value_or(lifetime_), lifetime_).count();
  return {ring_.sign(claims), claims.token_id, claims.issued_at, claims.expires_at};
}

}  // namespace valion::gateway

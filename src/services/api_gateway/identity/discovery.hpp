// What an issuer says of itself (OpenID Connect Discovery 1.0 section 3), and what its access tokens say.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "platform/auth/access_token.hpp"
#include "services/api_gateway/identity/caller.hpp"
#include "services/api_gateway/identity/issuer_settings.hpp"

namespace valion::gateway {

// Where the document of `issuer` lies.
[[nodiscard]] std::string discovery_url(std::string_view issuer);
// `jwks_uri` of a document whose `issuer` is exactly that one, and which may be fetched from; bad_gateway otherwise.
[[nodiscard]] Result<std::string> key_set_url(std::string_view document, std::string_view issuer);

// Whether a token of this type and algorithm may come from there at all.
[[nodiscard]] bool is_trusted_with(const TrustedIssuer& issuer, const auth::ParsedToken& token);
// The caller that the claims stand for. Wanted: iss, sub, aud (a text or a list that holds ours), exp, iat; nbf when it
// is there. unauthenticated, or expired.
[[nodiscard]] Result<Caller> external_caller(const TrustedIssuer& issuer, const auth::ParsedToken& token,
                                             std::chrono::system_clock::time_point now);

}  // namespace valion::gateway

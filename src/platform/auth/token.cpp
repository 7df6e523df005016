#include "platform/auth/token.hpp"

#include <boost/describe.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <vector>

#include "platform/auth/base64url.hpp"
#include "platform/auth/hmac_sha256.hpp"
#include "platform/auth/password.hpp"
#include "platform/json/described.hpp"

namespace valion::auth {
namespace {

// The names are RFC 7515's and RFC 7519's; `ten` and `roles` are ours.
struct JoseHeader {
  std::string alg;
  std::optional<std::string> typ;
  std::optional<json::Raw> crit;
};
BOOST_DESCRIBE_STRUCT(JoseHeader, (), (alg, typ, crit))

struct Claims {
  std::string iss;
  std::string aud;
  std::string sub;
  std::string ten;
  std::vector<std::string> roles;
  std::int64_t iat = 0;
  std::int64_t exp = 0;
  std::string jti;
};
BOOST_DESCRIBE_STRUCT(Claims, (), (iss, aud, sub, ten, roles, iat, exp, jti))

constexpr std::string_view kIssuer = "valion";
constexpr std::size_t kTokenLimit = 8 * 1024;

std::int64_t seconds_of(std::chrono::system_clock::time_point moment) {
  return std::chrono::duration_cast<std::chrono::seconds>(moment.time_since_epoch()).count();
}

// One answer for every forgery: which check failed is nothing the sender should learn.
tl::unexpected<Error> not_ours() {
  return fail(ErrorKind::unauthenticated, "the token does not verify; get a new one from POST /api/v1/auth/token");
}

struct SignedText {
  std::string_view header, payload, signature, message;  // message: header.payload, what was signed
};

std::optional<SignedText> split(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  return SignedText{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
                    token.substr(0, second)};
}

bool is_our_header(std::string_view encoded) {
  const auto text = from_base64url(encoded);
  if (!text) return false;
  const auto header = json::decode<JoseHeader>(*text, json::Unknown::ignored);
  return header && header->alg == "HS256" && !header->crit && (!header->typ || *header->typ == "JWT");
}

bool is_signed_by(const SigningKey& key, const SignedText& parts) {
  const auto signature = from_base64url(parts.signature);
  return signature && equal_in_constant_time(*signature, hmac_sha256(key.bytes(), parts.message));
}

bool is_token_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("-._~+/=").find(c) != std::string_view::npos;
}

}  // namespace

std::string issue_token(const SigningKey& key, const TokenSettings& settings, const Principal& principal,
                        std::chrono::system_clock::time_point now) {
  Claims claims;
  claims.iss = kIssuer;
  claims.aud = settings.audience;
  claims.sub = principal.user;
  claims.ten = principal.tenant;
  claims.roles = principal.roles;
  claims.iat = seconds_of(now);
  claims.exp = seconds_of(now + settings.lifetime);
  claims.jti = random_text(16);
  const std::string message = to_base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + to_base64url(json::encode(claims));
  return message + "." + to_base64url(hmac_sha256(key.bytes(), message));
}

Result<VerifiedToken> verify_issued_token(const SigningKey& key, const TokenSettings& settings, std::string_view token,
                                          std::chrono::system_clock::time_point now) {
  if (token.size() > kTokenLimit) return not_ours();
  const auto parts = split(token);
  if (!parts || !is_signed_by(key, *parts) || !is_our_header(parts->header)) return not_ours();
  const auto payload = from_base64url(parts->payload);
  if (!payload) return not_ours();
  auto claims = json::decode<Claims>(*payload, json::Unknown::ignored);
  if (!claims || claims->iss != kIssuer || claims->aud != settings.audience) return not_ours();
  const std::int64_t leeway = settings.leeway.count();
  if (claims->iat - leeway > seconds_of(now) || claims->exp < claims->iat) return not_ours();
  if (claims->exp + leeway <= seconds_of(now)) {
    return fail(ErrorKind::expired, "the token has expired; get a new one from POST /api/v1/auth/token");
  }
  return VerifiedToken{{std::move(claims->ten), std::move(claims->sub), std::move(claims->roles)}, claims->iat};
}

Result<Principal> verify_token(const SigningKey& key, const TokenSettings& settings, std::string_view token,
                               std::chrono::system_clock::time_point now) {
  VALION_TRY_ASSIGN(VerifiedToken verified, verify_issued_token(key, settings, token, now));
  return std::move(verified.principal);
}

Result<std::string_view> bearer(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  const bool is_bearer = authorization.size() > kScheme.size() &&
                         std::equal(kScheme.begin(), kScheme.end(), authorization.begin(), [](char expected, char c) {
                           return expected == std::tolower(static_cast<unsigned char>(c));
                         });
  std::string_view token = is_bearer ? authorization.substr(kScheme.size()) : std::string_view();
  token.remove_prefix(std::min(token.find_first_not_of(' '), token.size()));
  if (token.empty() || !std::all_of(token.begin(), token.end(), is_token_character)) {
    return fail(ErrorKind::unauthenticated,
                "send the header `Authorization: Bearer TOKEN`, with a token from POST /api/v1/auth/token");
  }
  return token;
}

}  // namespace valion::auth

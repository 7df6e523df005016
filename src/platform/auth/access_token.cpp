#include "platform/auth/access_token.hpp"

#include <boost/describe.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "platform/auth/base64url.hpp"
#include "platform/auth/unique_members.hpp"
#include "platform/json/described.hpp"

namespace valion::auth {
namespace {

constexpr std::size_t kLongestName = 256;  // bytes, of `kid` and `typ`
constexpr std::string_view kClientId = "valion";

// RFC 9068 section 2.2, RFC 7519; `tenant` is ours.
struct Claims {
  std::string iss, aud, sub, client_id, tenant;
  std::vector<std::string> roles;
  std::int64_t iat = 0, nbf = 0, exp = 0;
  std::string jti;
  std::optional<std::string> sid;
};
BOOST_DESCRIBE_STRUCT(Claims, (), (iss, aud, sub, client_id, tenant, roles, iat, nbf, exp, jti, sid))

std::int64_t seconds_of(std::chrono::system_clock::time_point moment) {
  return std::chrono::duration_cast<std::chrono::seconds>(moment.time_since_epoch()).count();
}

struct Parts {
  std::string_view header, payload, signature, signed_text;
};

std::optional<Parts> split(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
               token.substr(0, second)};
}

// Media types have no case, and `application/` may be left out (RFC 7515 section 4.1.9).
std::string media_type(std::string_view typ) {
  std::string type(typ);
  std::transform(type.begin(), type.end(), type.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::string_view kApplication = "application/";
  if (type.starts_with(kApplication)) type.erase(0, kApplication.size());
  return type;
}

// An optional text; false when it is something else or too long.
bool read_name(const Members& members, std::string_view name, std::string& value) {
  if (!members.contains(name)) return true;
  const auto text = text_of(members, name);
  if (!text || text->size() > kLongestName) return false;
  value = *text;
  return true;
}

bool read_header(std::string_view encoded, ParsedToken& token) {
  const auto text = from_base64url(encoded);
  if (!text) return false;
  const auto document = json::Document::parse(*text);
  const auto members = document ? unique_members(document->root()) : std::nullopt;
  if (!members || members->contains("crit") || members->contains("b64")) return false;
  const auto algorithm = algorithm_named(text_of(*members, "alg").value_or(""));
  std::string type;
  if (!algorithm || !read_name(*members, "kid", token.key_id) || !read_name(*members, "typ", type)) return false;
  token.algorithm = *algorithm;
  token.type = media_type(type);
  return true;
}

bool read_payload(std::string_view encoded, ParsedToken& token) {
  auto text = from_base64url(encoded);
  if (!text) return false;
  const auto document = json::Document::parse(*text);
  const auto members = document ? unique_members(document->root()) : std::nullopt;
  if (!members) return false;
  token.issuer = text_of(*members, "iss").value_or("");
  token.payload = std::move(*text);
  return true;
}

bool is_meant(const ParsedToken& token, const Claims& claims, const Expected& expected) {
  return token.type == kAccessTokenType && claims.iss == expected.issuer && claims.aud == expected.audience &&
         !claims.sub.empty() && !claims.tenant.empty() && !claims.jti.empty();
}

// No arithmetic on what the token says before its range is known.
bool is_in_order(const Claims& claims, const Expected& expected) {
  constexpr std::int64_t kFarFuture = std::int64_t{1} << 40;
  return claims.nbf >= 0 && claims.iat >= 0 && claims.iat < kFarFuture && claims.exp < kFarFuture &&
         claims.nbf <= claims.exp && claims.iat <= claims.exp && claims.exp - claims.nbf <= expected.longest.count();
}

}  // namespace

tl::unexpected<Error> not_a_token() {
  return fail(ErrorKind::unauthenticated, "the token does not verify; get a new one from POST /api/v1/auth/token");
}

std::string sign_access_token(const Ed25519Key& key, std::string_view key_id, const AccessClaims& claims) {
  Claims written;
  written.iss = claims.issuer;
  written.aud = claims.audience;
  written.sub = claims.principal.user;
  written.client_id = kClientId;
  written.tenant = claims.principal.tenant;
  written.roles = claims.principal.roles;
  written.iat = claims.issued_at;
  written.nbf = claims.not_before;
  written.exp = claims.expires_at;
  written.jti = claims.token_id;
  if (!claims.session.empty()) written.sid = claims.session;
  const std::string header = R"({"alg":"EdDSA","typ":"at+jwt","kid":")" + std::string(key_id) + "\"}";
  const std::string message = to_base64url(header) + "." + to_base64url(json::encode(written));
  return message + "." + to_base64url(key.sign(message));
}

Result<ParsedToken> parse_token(std::string_view token) {
  if (token.size() > kTokenLimit) return not_a_token();
  const auto parts = split(token);
  if (!parts) return not_a_token();
  ParsedToken parsed;
  if (!read_header(parts->header, parsed) || !read_payload(parts->payload, parsed)) return not_a_token();
  auto signature = from_base64url(parts->signature);
  if (!signature || signature->empty()) return not_a_token();
  parsed.signature = std::move(*signature);
  parsed.signed_text = parts->signed_text;
  return parsed;
}

bool is_signed_by(const PublicKey& key, const ParsedToken& token) noexcept {
  return key.algorithm() == token.algorithm && key.verifies(token.signed_text, token.signature);
}

Result<AccessClaims> read_access_claims(const ParsedToken& token, const Expected& expected,
                                        std::chrono::system_clock::time_point now) {
  auto claims = json::decode<Claims>(token.payload, json::Unknown::ignored);
  if (!claims || !is_meant(token, *claims, expected) || !is_in_order(*claims, expected)) return not_a_token();
  const std::int64_t moment = seconds_of(now);
  const std::int64_t leeway = expected.leeway.count();
  if (claims->iat - leeway > moment || claims->nbf - leeway > moment) return not_a_token();
  if (claims->exp + leeway <= moment) {
    return fail(ErrorKind::expired, "the token has expired; get a new one from POST /api/v1/auth/token");
  }
  AccessClaims read;
  read.issuer = std::move(claims->iss);
  read.audience = std::move(claims->aud);
  read.principal = {std::move(claims->tenant), std::move(claims->sub), std::move(claims->roles)};
  read.session = std::move(claims->sid).value_or("");
  read.token_id = std::move(claims->jti);
  read.issued_at = claims->iat;
  read.not_before = claims->nbf;
  read.expires_at = claims->exp;
  return read;
}

}  // namespace valion::auth

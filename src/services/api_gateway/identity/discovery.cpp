#include "services/api_gateway/identity/discovery.hpp"

#include <algorithm>
#include <cmath>

#include "platform/auth/unique_members.hpp"
#include "platform/json/node.hpp"

namespace valion::gateway {
namespace {

constexpr std::int64_t kLeeway = 5;  // seconds
constexpr double kFarFuture = 1e12;  // seconds
constexpr std::size_t kLongestSubject = 255;

tl::unexpected<Error> nonsense(std::string_view issuer, const std::string& why) {
  return fail(ErrorKind::bad_gateway, "the discovery document of " + std::string(issuer) + " " + why);
}

// A claim by its name, or by a path whose steps are separated by dots.
std::optional<json::Node> find_claim(const json::Node& claims, std::string_view path) {
  const auto members = auth::unique_members(claims);
  if (!members) return std::nullopt;
  const auto whole = members->find(path);
  if (whole != members->end()) return whole->second;
  const std::size_t dot = path.find('.');
  const auto step = dot == std::string_view::npos ? members->end() : members->find(path.substr(0, dot));
  if (step == members->end()) return std::nullopt;
  return find_claim(step->second, path.substr(dot + 1));
}

// A list of texts, or one text whose words they are (as `scope` is written).
std::vector<std::string> texts_of(const json::Node& node, bool by_words) {
  std::vector<std::string> texts;
  if (node.kind() == json::Kind::array) {
    node.each_element([&](std::size_t, const json::Node& element) {
      if (element.kind() == json::Kind::text) texts.emplace_back(element.text());
    });
  } else if (node.kind() == json::Kind::text) {
    std::string_view rest = node.text();
    while (by_words && rest.find(' ') != std::string_view::npos) {
      texts.emplace_back(rest.substr(0, rest.find(' ')));
      rest.remove_prefix(rest.find(' ') + 1);
    }
    texts.emplace_back(rest);
  }
  return texts;
}

// NumericDate (RFC 7519 section 2) may have a fraction.
std::optional<std::int64_t> moment_of(const auth::Members& claims, std::string_view name) {
  const auto found = claims.find(name);
  if (found == claims.end() || found->second.kind() != json::Kind::number) return std::nullopt;
  const double value = found->second.number();
  if (!(value >= 0 && value < kFarFuture)) return std::nullopt;
  return static_cast<std::int64_t>(std::floor(value));
}

bool is_for(const TrustedIssuer& issuer, const auth::Members& claims) {
  const auto audience = claims.find("aud");
  if (audience == claims.end()) return false;
  const std::vector<std::string> named = texts_of(audience->second, false);
  return std::find(named.begin(), named.end(), issuer.audience) != named.end();
}

std::optional<std::string> tenant_of(const TrustedIssuer& issuer, const json::Node& claims) {
  if (issuer.tenant) return issuer.tenant;
  const auto claim = find_claim(claims, *issuer.tenant_claim);
  if (!claim || claim->kind() != json::Kind::text) return std::nullopt;
  const auto allowed = std::find(issuer.tenants.begin(), issuer.tenants.end(), claim->text());
  if (allowed == issuer.tenants.end()) return std::nullopt;
  return *allowed;
}

std::vector<std::string> roles_of(const TrustedIssuer& issuer, const json::Node& claims) {
  std::vector<std::string> roles;
  const auto claim = issuer.roles_claim ? find_claim(claims, *issuer.roles_claim) : std::nullopt;
  if (!claim) return roles;
  for (const std::string& theirs : texts_of(*claim, true)) {
    const auto ours = issuer.roles.find(theirs);
    if (ours == issuer.roles.end() || std::find(roles.begin(), roles.end(), ours->second) != roles.end()) continue;
    roles.push_back(ours->second);
  }
  return roles;
}

bool is_subject(std::string_view subject) {
  return !subject.empty() && subject.size() <= kLongestSubject &&
         std::none_of(subject.begin(), subject.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

}  // namespace

std::string discovery_url(std::string_view issuer) {
  if (issuer.ends_with('/')) issuer.remove_suffix(1);
  return std::string(issuer) + "/.well-known/openid-configuration";
}

Result<std::string> key_set_url(std::string_view document, std::string_view issuer) {
  const auto parsed = json::Document::parse(document);
  const auto members = parsed ? auth::unique_members(parsed->root()) : std::nullopt;
  if (!members) return nonsense(issuer, "is no JSON object whose members stand once");
  if (auth::text_of(*members, "issuer") != issuer) return nonsense(issuer, "is of another issuer");
  const auto url = auth::text_of(*members, "jwks_uri");
  if (!url || !may_be_fetched(*url)) return nonsense(issuer, "has no `jwks_uri` over https");
  return std::string(*url);
}

bool is_trusted_with(const TrustedIssuer& issuer, const auth::ParsedToken& token) {
  const auto has = [](const std::vector<std::string>& list, std::string_view one) {
    return std::find(list.begin(), list.end(), one) != list.end();
  };
  return has(issuer.algorithms, auth::name_of(token.algorithm)) &&
         has(issuer.types, token.type.empty() ? "jwt" : token.type);
}

Result<Caller> external_caller(const TrustedIssuer& issuer, const auth::ParsedToken& token,
                               std::chrono::system_clock::time_point now) {
  VALION_TRY_ASSIGN(const json::Document document, json::Document::parse(token.payload));
  const auto claims = auth::unique_members(document.root());
  if (!claims || auth::text_of(*claims, "iss") != issuer.issuer || !is_for(issuer, *claims)) {
    return auth::not_a_token();
  }
  const std::string_view subject = auth::text_of(*claims, "sub").value_or("");
  const auto expires = moment_of(*claims, "exp");
  const auto issued = moment_of(*claims, "iat");
  const auto not_before = claims->contains("nbf") ? moment_of(*claims, "nbf") : issued;
  if (!is_subject(subject) || !expires || !issued || !not_before) return auth::not_a_token();
  const std::int64_t moment = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  if (*issued - kLeeway > moment || *not_before - kLeeway > moment) return auth::not_a_token();
  if (*expires + kLeeway <= moment) return fail(ErrorKind::expired, "the token has expired; sign in again");
  auto tenant = tenant_of(issuer, document.root());
  if (!tenant) return auth::not_a_token();
  Caller caller;
  caller.kind = CallerKind::external;
  caller.principal.tenant = std::move(*tenant);
  caller.principal.user = issuer.name + ":" + std::string(subject);
  caller.principal.roles = roles_of(issuer, document.root());
  caller.subject = "external:" + caller.principal.tenant + "/" + caller.principal.user;
  caller.token_id = auth::text_of(*claims, "jti").value_or("");
  caller.issued_at = *issued;
  caller.expires_at = *expires;
  return caller;
}

}  // namespace valion::gateway

// Which issuers elsewhere are trusted, with what, and how their words become ours: the file of setting
// `auth.issuers_file`.
//
//   issuers:
//     - name: corporate                          # users are called corporate:SUBJECT
//       issuer: https://login.example/realms/a   # exactly as in the tokens
//       audience: valion                         # one of the tokens' `aud`
//       tenant: acme                             # of all its users; or:
//       tenant_claim: organisation               #   the claim that says it,
//       tenants: [acme, north]                   #   which must be one of these
//       roles_claim: realm_access.roles          # a list of texts, or one text of words
//       roles: {valuers: appraiser, bosses: admin}   # theirs > ours; others are nothing here
//       algorithms: [RS256]                      # default: EdDSA, RS256, ES256
//       types: [at+jwt, jwt]                     # default: at+jwt; `jwt` also takes tokens without a type
//       ca_file: /etc/valion/corporate-ca.pem    # default: whom the system trusts
#pragma once

#include <boost/describe.hpp>

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "platform/json/described.hpp"

namespace valion::gateway {

struct TrustedIssuer {
  std::string name;
  std::string issuer;
  std::string audience;
  std::optional<std::string> tenant, tenant_claim;
  std::vector<std::string> tenants;
  std::optional<std::string> roles_claim;
  std::map<std::string, std::string> roles;
  std::vector<std::string> algorithms{"EdDSA", "RS256", "ES256"};
  std::vector<std::string> types{"at+jwt"};
  std::string ca_file;
  static constexpr std::array kDefaulted{"tenants", "roles", "algorithms", "types", "ca_file"};
  void check(json::Checker& checker) const;
};
BOOST_DESCRIBE_STRUCT(TrustedIssuer, (),
                      (name, issuer, audience, tenant, tenant_claim, tenants, roles_claim, roles, algorithms, types,
                       ca_file))

struct IssuersFile {
  std::vector<TrustedIssuer> issuers;
  void check(json::Checker& checker) const;
};
BOOST_DESCRIBE_STRUCT(IssuersFile, (), (issuers))

// Every violation at once.
[[nodiscard]] Result<std::vector<TrustedIssuer>> parse_issuers(std::string_view yaml);
[[nodiscard]] Result<std::vector<TrustedIssuer>> read_issuers_file(const std::filesystem::path& file);

// https, or http to this machine itself; no user, no fragment.
[[nodiscard]] bool may_be_fetched(std::string_view url);

}  // namespace valion::gateway

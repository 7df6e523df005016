// Any bytes as what an issuer elsewhere publishes: its discovery document, its key set, the claims of its tokens.
#include "fuzz/harness.hpp"
#include "platform/auth/jwk.hpp"
#include "services/api_gateway/identity/discovery.hpp"

namespace valion::fuzz {
namespace {

gateway::TrustedIssuer issuer() {
  gateway::TrustedIssuer made;
  made.name = "corporate";
  made.issuer = "https://login.example/realms/a";
  made.audience = "valion";
  made.tenant_claim = "org.name";
  made.tenants = {"acme"};
  made.roles_claim = "realm_access.roles";
  made.roles = {{"valuers", "appraiser"}};
  return made;
}

}  // namespace

void feed(std::string_view bytes) {
  static const gateway::TrustedIssuer trusted = issuer();
  if (const auto keys = auth::parse_key_set(bytes)) {
    for (const auth::NamedKey& key : keys->keys) (void)key.key.verifies("text", bytes.substr(0, 64));
  }
  (void)gateway::key_set_url(bytes, trusted.issuer);
  (void)gateway::may_be_fetched(bytes);
  auth::ParsedToken token;
  token.payload = bytes;
  token.issuer = trusted.issuer;
  (void)gateway::external_caller(trusted, token, std::chrono::system_clock::from_time_t(1'795'000'000));
}

}  // namespace valion::fuzz

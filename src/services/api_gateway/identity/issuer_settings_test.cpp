#include "services/api_gateway/identity/issuer_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace valion::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

const std::string kGood = R"(issuers:
  - name: corporate
    issuer: https://login.example/realms/a
    audience: valion
    tenant: acme
    roles_claim: realm_access.roles
    roles: {valuers: appraiser, bosses: admin}
    algorithms: [RS256]
)";

std::string with(const std::string& from, const std::string& to) {
  std::string text = kGood;
  text.replace(text.find(from), from.size(), to);
  return text;
}
void expect_violation(const std::string& yaml, const std::string& pointer) {
  const auto issuers = parse_issuers(yaml);
  ASSERT_FALSE(issuers) << yaml;
  EXPECT_EQ(issuers.error().kind, ErrorKind::invalid) << issuers.error().message;
  std::string pointers;
  for (const Violation& violation : issuers.error().violations) pointers += violation.pointer + " ";
  EXPECT_THAT(pointers, HasSubstr(pointer)) << yaml;
}

TEST(IssuerSettings, AreReadAsWritten) {
  const auto issuers = parse_issuers(kGood);
  ASSERT_TRUE(issuers) << issuers.error().message;
  ASSERT_EQ(issuers->size(), 1u);
  const TrustedIssuer& one = issuers->front();
  EXPECT_EQ(one.issuer, "https://login.example/realms/a");
  EXPECT_EQ(one.tenant, "acme");
  EXPECT_THAT(one.roles, ElementsAre(Pair("bosses", "admin"), Pair("valuers", "appraiser")));
  EXPECT_THAT(one.algorithms, ElementsAre("RS256"));
  EXPECT_THAT(one.types, ElementsAre("at+jwt"));
  EXPECT_TRUE(parse_issuers("issuers: []"));
}

TEST(IssuerSettings, AreFetchedOverTlsOrFromThisMachine) {
  for (const char* url : {"https://login.example/a", "https://login.example:8443", "http://127.0.0.1:9/x",
                          "http://localhost/", "http://[::1]:80/"}) {
    EXPECT_TRUE(may_be_fetched(url)) << url;
  }
  for (const char* url :
       {"", "http://login.example/a", "http://127.0.0.1.evil.example/", "http://127.0.0.1@evil.example/",
        "https://user:word@login.example/", "https:///x", "https://", "ftp://127.0.0.1/", "file:///etc/passwd",
        "https://a b/", "https://a\r\nHost: b/", "http://localhost.evil/", "https://login.example/#x",
        "HTTPS://login.example/", "http://[::1", "https://é.example/"}) {
    EXPECT_FALSE(may_be_fetched(url)) << url;
  }
}

TEST(IssuerSettings, SayEveryMistake) {
  expect_violation(with("https://login.example", "http://login.example"), "/issuers/0/issuer");
  expect_violation(with("name: corporate", "name: key"), "/issuers/0/name");
  expect_violation(with("name: corporate", "name: Corporate Login"), "/issuers/0/name");
  expect_violation(with("audience: valion", "audience: ''"), "/issuers/0/audience");
  expect_violation(with("    audience: valion\n", ""), "/issuers/0/audience");
  expect_violation(with("    tenant: acme\n", ""), "/issuers/0/tenant");
  expect_violation(with("tenant: acme", "tenant_claim: org"), "/issuers/0/tenants");
  expect_violation(with("tenant: acme", "tenant: acme\n    tenant_claim: org"), "/issuers/0/tenant");
  expect_violation(with("    roles_claim: realm_access.roles\n", ""), "/issuers/0/roles_claim");
  expect_violation(with("bosses: admin", "bosses: service"), "/issuers/0/roles/bosses");
  expect_violation(with("[RS256]", "[HS256]"), "/issuers/0/algorithms");
  expect_violation(with("[RS256]", "[none]"), "/issuers/0/algorithms");
  expect_violation(with("[RS256]", "[]"), "/issuers/0/algorithms");
  expect_violation(with("algorithms:", "types: [id+jwt]\n    algorithms:"), "/issuers/0/types");
  expect_violation(with("algorithms:", "algorithm:"), "/issuers/0/algorithm");
  expect_violation(kGood + kGood.substr(kGood.find('\n') + 1), "/issuers/1/name");
}

TEST(IssuerSettings, AreYaml) {
  for (const std::string& text :
       {std::string("issuers: ["), std::string("a: b: c"), with("tenant: acme", "audience: x"),
        std::string(2u << 20, ' '), std::string("issuers: [[[[[[[[[[1]]]]]]]]]]"), std::string("? [a]\n: b")}) {
    const auto issuers = parse_issuers(text);
    ASSERT_FALSE(issuers) << text.substr(0, 100);
    EXPECT_EQ(issuers.error().kind, ErrorKind::malformed);
  }
  EXPECT_FALSE(parse_issuers(""));
  EXPECT_FALSE(parse_issuers("issuers: 5"));
  EXPECT_FALSE(read_issuers_file("/nowhere/at/all.yaml"));
}

}  // namespace
}  // namespace valion::gateway

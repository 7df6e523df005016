// What Consul's clients send, and who may send it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "platform/redis/private_server.hpp"
#include "services/service_registry/access.hpp"
#include "services/service_registry/consul_query.hpp"

namespace valion::registry {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

TEST(ConsulDuration, ReadsWhatGoWrites) {
  EXPECT_EQ(parse_duration("30s"), 30s);
  EXPECT_EQ(parse_duration("120000ms"), 120s);
  EXPECT_EQ(parse_duration("1m30s"), 90s);
  EXPECT_EQ(parse_duration("1.5h"), 90min);
  EXPECT_EQ(parse_duration("0s"), 0s);
  for (const char* text : {"", "30", "s", "-1s", "3x", "1s ", "1e3s", "nan", "99999999h", "5 s"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(ConsulQuery, ReadsWhatPrometheusSends) {
  const auto query = parse_query({{"index", "17"}, {"wait", "120000ms"}, {"stale", ""}, {"dc", "valion"}});
  EXPECT_EQ(query->index, 17u);
  EXPECT_EQ(query->wait, 2min);
  EXPECT_FALSE(query->passing);
  EXPECT_TRUE(parse_query({{"passing", ""}})->passing);
  EXPECT_FALSE(parse_query({{"passing", "false"}})->passing);
  EXPECT_EQ(*parse_query({{"tag", "0.1.0"}})->tag, "0.1.0");
}

TEST(ConsulQuery, WaitsFiveMinutesByDefaultAndTenAtMost) {
  EXPECT_EQ(parse_query({})->wait, 5min);
  EXPECT_EQ(parse_query({{"wait", "0s"}})->wait, 5min);
  EXPECT_EQ(parse_query({{"wait", "3h"}})->wait, 10min);
}

TEST(ConsulQuery, RefusesWhatItCannotAnswer) {
  EXPECT_EQ(parse_query({{"index", "-1"}}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(parse_query({{"index", "12x"}}).error().kind, ErrorKind::invalid);
  EXPECT_THAT(parse_query({{"wait", "soon"}}).error().message, HasSubstr("a duration such as 30s"));
  EXPECT_EQ(parse_query({{"dc", "dc1"}}).error().kind, ErrorKind::not_found);
  EXPECT_THAT(parse_query({{"filter", "x == 1"}}).error().message, HasSubstr("not offered"));
}

class AccessTest : public ::testing::Test {
 protected:
  static std::string internal(const auth::SigningKey& key, std::vector<std::string> roles,
                              const std::string& tenant = "default") {
    auth::TokenSettings settings;
    settings.audience = auth::kInternalAudience;
    return "Bearer " +
           auth::issue_token(key, settings, {tenant, "ana", std::move(roles)}, std::chrono::system_clock::now());
  }
  Result<void> asks(Access access, const std::string& from, const std::string& name = {},
                    const std::string& value = {}) {
    http::Request request;
    request.remote_address = from;
    if (!name.empty()) request.headers.add(name, value);
    return allow(request, access, token_, key_);
  }
  bool may(Access access, const std::string& from, const std::string& name = {}, const std::string& value = {}) {
    return asks(access, from, name, value).has_value();
  }

  valion::testing::TemporaryFolder folder_;
  auth::SigningKey key_ = auth::SigningKey::load_or_create(folder_.path() / "internal.key");
  std::string token_ = load_or_create_token(folder_.path() / "registry.token").value();
};

TEST_F(AccessTest, LetsThisMachineReadAndOthersWithATokenOnly) {
  for (const char* address : {"127.0.0.1", "::1", "::ffff:127.0.0.1"}) EXPECT_TRUE(may(Access::read, address));
  EXPECT_EQ(asks(Access::read, "10.0.0.7").error().kind, ErrorKind::unauthenticated);
  EXPECT_TRUE(may(Access::read, "10.0.0.7", "X-Consul-Token", token_));
  EXPECT_TRUE(may(Access::read, "10.0.0.7", "Authorization", "Bearer " + token_));
  EXPECT_TRUE(may(Access::read, "10.0.0.7", "Authorization", internal(key_, {"appraiser"})));
}

TEST_F(AccessTest, LetsNobodyWriteWithoutAToken) {
  EXPECT_EQ(asks(Access::write, "127.0.0.1").error().kind, ErrorKind::unauthenticated);
  EXPECT_EQ(asks(Access::write, "127.0.0.1", "Authorization", internal(key_, {"appraiser"})).error().kind,
            ErrorKind::forbidden);
  EXPECT_EQ(asks(Access::write, "127.0.0.1", "Authorization", internal(key_, {"admin"}, "acme")).error().kind,
            ErrorKind::forbidden);
  EXPECT_TRUE(may(Access::write, "127.0.0.1", "Authorization", internal(key_, {"admin"})));
  EXPECT_TRUE(may(Access::write, "127.0.0.1", "X-Consul-Token", token_));
  EXPECT_TRUE(may(Access::write, "127.0.0.1", "Authorization", "Bearer " + token_));
}

TEST_F(AccessTest, RefusesAWrongTokenEvenWhereNoneIsNeeded) {
  std::string almost = token_;
  almost.back() = almost.back() == 'A' ? 'B' : 'A';
  for (const std::string& wrong : {almost, token_ + "A", token_.substr(1), std::string("guess"), std::string()}) {
    EXPECT_FALSE(may(Access::read, "127.0.0.1", "X-Consul-Token", wrong)) << wrong;
    EXPECT_FALSE(may(Access::write, "127.0.0.1", "Authorization", "Bearer " + wrong)) << wrong;
  }
}

TEST_F(AccessTest, KeepsTheTokenAndRefusesAFileThatOthersRead) {
  const auto file = folder_.path() / "registry.token";
  EXPECT_EQ(load_or_create_token(file).value(), token_);
  EXPECT_GE(token_.size(), 32u);
  struct stat status {};
  ASSERT_EQ(stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  ASSERT_EQ(chmod(file.c_str(), 0644), 0);
  EXPECT_THAT(load_or_create_token(file).error().message, HasSubstr("chmod 600"));
  EXPECT_FALSE(load_or_create_token(folder_.path() / "absent" / "registry.token"));
}

}  // namespace
}  // namespace valion::registry

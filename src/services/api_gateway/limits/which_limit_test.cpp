#include "services/api_gateway/limits/which_limit.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace valion::gateway::limits {
namespace {

using namespace std::chrono_literals;

class WhichLimitTest : public ::testing::Test {
 protected:
  WhichLimitTest() {
    route.limit = RateLimit{50, 60s};
    route.key_limit = RateLimit{3'000, 60s};
  }
  std::uint32_t requests(const Caller* who) const {
    const WhichLimit which = which_limit(route, who, "192.0.2.7");
    return which.limit == nullptr ? 0 : which.limit->requests;
  }
  Route route;
  Caller caller;
};

TEST_F(WhichLimitTest, IsTheRoutesForUsersAndAddresses) {
  caller.subject = "user:acme/anna";
  for (const CallerKind kind : {CallerKind::user, CallerKind::external}) {
    caller.kind = kind;
    EXPECT_EQ(requests(&caller), 50u);
  }
  EXPECT_EQ(which_limit(route, &caller, "192.0.2.7").subject, "user:acme/anna");
  EXPECT_EQ(requests(nullptr), 50u);
  EXPECT_EQ(which_limit(route, nullptr, "192.0.2.7").subject, "192.0.2.7");
}

TEST_F(WhichLimitTest, IsAKeysOwnBeforeTheRoutesForKeys) {
  caller.kind = CallerKind::api_key;
  EXPECT_EQ(requests(&caller), 3'000u);
  caller.limit = RateLimit{7, 1s};
  EXPECT_EQ(requests(&caller), 7u);
  EXPECT_EQ(which_limit(route, &caller, {}).limit, &*caller.limit);
}

TEST_F(WhichLimitTest, IsNoneWhereTheRouteSaysNothing) {
  caller.kind = CallerKind::service;
  EXPECT_EQ(which_limit(route, &caller, {}).limit, nullptr);
  route.service_limit = RateLimit{9, 1s};
  EXPECT_EQ(requests(&caller), 9u);
}

TEST(AddressAsCounted, IsAHouseholdsNotAMachines) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases{
      {"192.0.2.7", "192.0.2.7"},
      {"::ffff:192.0.2.7", "192.0.2.7"},
      {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
      {"2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"},
      {"::1", "::/64"},
      {"somewhere", "somewhere"},
  };
  for (const auto& [address, counted] : cases) EXPECT_EQ(of_address(address), counted) << address;
}

}  // namespace
}  // namespace valion::gateway::limits

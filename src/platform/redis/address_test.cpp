#include "platform/redis/address.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace valion::redis {
namespace {

std::string refusal(const std::string& url) {
  try {
    static_cast<void>(Address::parse(url));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return {};
}

TEST(RedisAddress, NamesAUnixSocket) {
  const Address address = Address::parse("unix:/run/valion/redis.sock");
  EXPECT_EQ(address.path, "/run/valion/redis.sock");
  EXPECT_EQ(address.shown, "unix:/run/valion/redis.sock");
}

TEST(RedisAddress, NamesAHostWithCredentialsAndDatabase) {
  const Address address = Address::parse("redis://valuer:s%40c%2Fret@cache.example:6380/3");
  EXPECT_EQ(address.host, "cache.example");
  EXPECT_EQ(address.port, 6380);
  EXPECT_EQ(address.user, "valuer");
  EXPECT_EQ(address.password, "s@c/ret");
  EXPECT_EQ(address.database, 3);
  EXPECT_EQ(address.shown, "redis://cache.example:6380/3");
}

TEST(RedisAddress, HasDefaults) {
  const Address address = Address::parse("redis://:secret@[::1]");
  EXPECT_EQ(address.host, "::1");
  EXPECT_EQ(address.port, 6379);
  EXPECT_EQ(address.user, "");
  EXPECT_EQ(address.password, "secret");
  EXPECT_EQ(address.database, 0);
}

TEST(RedisAddress, RefusesOtherFormsWithoutRepeatingThePassword) {
  for (const char* url : {"", "unix:", "localhost:6379", "redis://", "redis://:hush@", "redis://u:hush@host:0",
                          "redis://u:hush@host:x", "redis://u:hush@host:70000", "redis://u:hush@host/-1",
                          "redis://u:hush@[::1", "redis://u:hush%4@host", "redis://hush@host"}) {
    const std::string reason = refusal(url);
    EXPECT_NE(reason, "") << url;
    EXPECT_EQ(reason.find("hush"), std::string::npos) << reason;
  }
  EXPECT_NE(refusal("unix:/" + std::string(200, 'x')).find("longer than the 107 bytes"), std::string::npos);
}

}  // namespace
}  // namespace valion::redis

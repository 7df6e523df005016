#include "platform/trace/collector_url.hpp"

#include <gtest/gtest.h>

namespace valion::trace {
namespace {

TEST(CollectorUrl, SaysWhereTheSpansGo) {
  const auto plain = parse_collector_url("http://127.0.0.1:4318");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->host, "127.0.0.1");
  EXPECT_EQ(plain->port, 4318);
  EXPECT_EQ(plain->target, "/v1/traces");
  EXPECT_EQ(parse_collector_url("http://tempo:4318/otlp/")->target, "/otlp/v1/traces");
  EXPECT_EQ(parse_collector_url("http://[::1]:4318")->host, "::1");
}

TEST(CollectorUrl, IsNotGuessed) {
  for (const char* url :
       {"", "127.0.0.1:4318", "https://tempo:4318", "http://", "http://:4318", "http://tempo",
        "http://tempo:", "http://tempo:0", "http://tempo:70000", "http://tempo:43a8", "http://::1:4318",
        "http://te mpo:4318", "http://tempo:4318/a?b=c", "http://a@tempo:4318", "http://tempo:4318/\r\nX: y"}) {
    EXPECT_FALSE(parse_collector_url(url)) << url;
  }
}

}  // namespace
}  // namespace valion::trace

// Times, sizes, rates and addresses as people write them.
#include "services/api_gateway/routing/quantities.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace valion::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(Duration, IsANumberWithItsUnit) {
  EXPECT_EQ(parse_duration("30s"), 30s);
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("5min"), 5min);
  EXPECT_EQ(parse_duration("5m"), 5min);
  EXPECT_EQ(parse_duration("2h"), 2h);
  EXPECT_EQ(parse_duration("1d"), 24h);
  EXPECT_EQ(parse_duration("0s"), 0s);
  EXPECT_EQ(parse_duration("365d"), 24h * 365);
  for (const char* bad : {"", "30", "s", "-1s", "1.5s", "1 s", "1S", "366d", "99999999999999999999s", "1s1s", "+1s"})
    EXPECT_EQ(parse_duration(bad), std::nullopt) << bad;
}

TEST(Size, IsBytesOrANumberWithItsUnit) {
  EXPECT_EQ(parse_size("16MiB"), 16u << 20);
  EXPECT_EQ(parse_size("1KiB"), 1024u);
  EXPECT_EQ(parse_size("1kB"), 1000u);
  EXPECT_EQ(parse_size("0"), 0u);
  EXPECT_EQ(parse_size("12345"), 12345u);
  EXPECT_EQ(parse_size("2GiB"), std::uint64_t{2} << 30);
  for (const char* bad : {"", "MiB", "1mb", "1KB", "1 MiB", "-1", "9007199254740993", "9000TiB"})
    EXPECT_EQ(parse_size(bad), std::nullopt) << bad;
}

TEST(Rate, IsRequestsInAWindow) {
  EXPECT_EQ(parse_rate("50/min"), (RateLimit{50, 60s}));
  EXPECT_EQ(parse_rate("10/s"), (RateLimit{10, 1s}));
  EXPECT_EQ(parse_rate("1000/h"), (RateLimit{1000, 1h}));
  EXPECT_EQ(parse_rate("5/d"), (RateLimit{5, 24h}));
  EXPECT_EQ(parse_rate("100/30s"), (RateLimit{100, 30s}));
  for (const char* bad : {"", "50", "/min", "0/min", "50/", "50/0s", "50/500ms", "50/1500ms", "1e3/min", "50 / min",
                          "1000000001/s", "50/minute", "50/ms"})
    EXPECT_EQ(parse_rate(bad), std::nullopt) << bad;
}

TEST(Upstream, IsAPlainHttpServer) {
  EXPECT_EQ(*parse_upstream("http://127.0.0.1:9000"), (FixedUpstream{"127.0.0.1", 9000}));
  EXPECT_EQ(*parse_upstream("http://backend-1.local"), (FixedUpstream{"backend-1.local", 80}));
  EXPECT_EQ(*parse_upstream("http://localhost:80/"), (FixedUpstream{"localhost", 80}));
  EXPECT_EQ(*parse_upstream("http://[::1]:9000"), (FixedUpstream{"::1", 9000}));
  EXPECT_EQ(*parse_upstream("http://[fe80::1]"), (FixedUpstream{"fe80::1", 80}));
  const std::vector<std::pair<std::string, std::string>> cases{
      {"https://a", "TLS"},          {"a:80", "http://HOST"},      {"http://", "neither a name"},
      {"http://a/b", "replacement"}, {"http://a?b", "path"},       {"http://u:p@a", "without a user"},
      {"http://a:0", "port"},        {"http://a:65536", "port"},   {"http://a:", "port"},
      {"http://a:8x", "port"},       {"http://[::1", "IPv6"},      {"http://[a]:1", "neither"},
      {"http://a b", "neither"},     {"http://[::1]x:80", "IPv6"}, {"HTTP://a", "http://HOST"},
      {"", "http://HOST"},           {"http://a\r\nb", "neither"}, {"http://-:1:2", "port"}};
  for (const auto& [text, why] : cases) {
    const auto upstream = parse_upstream(text);
    ASSERT_FALSE(upstream) << text;
    EXPECT_THAT(upstream.error().message, HasSubstr(why)) << text;
  }
}

TEST(Quantities, AreWrittenAsTheyAreRead) {
  for (const char* text : {"30s", "500ms", "1min", "5min", "90s", "2h", "1d", "0s", "1001ms"})
    EXPECT_EQ(duration_text(*parse_duration(text)), text);
  for (const char* text : {"16MiB", "1KiB", "1000B", "0B", "3GiB", "1025B"})
    EXPECT_EQ(size_text(*parse_size(text)), text);
  for (const char* text : {"50/min", "10/s", "100/30s", "7/h", "7/d", "7/2min"})
    EXPECT_EQ(rate_text(*parse_rate(text)), text);
  for (const char* text : {"http://a:80", "http://[::1]:9000"}) EXPECT_EQ(upstream_text(*parse_upstream(text)), text);
}

}  // namespace
}  // namespace valion::gateway

// The single fields a cache reads, where a sequence of requests would show too little.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/api_gateway/cache/cache_control.hpp"
#include "services/api_gateway/cache/conditional.hpp"
#include "services/api_gateway/cache/http_date.hpp"
#include "services/api_gateway/cache/key.hpp"
#include "services/api_gateway/cache/ranges.hpp"
#include "services/api_gateway/cache/reference.hpp"
#include "services/api_gateway/cache/storing.hpp"
#include "services/api_gateway/cache/world.hpp"

namespace valion::gateway::cache {
namespace {

using ::testing::ElementsAre;

const Moment kNow{std::chrono::milliseconds{1'795'509'600'000}};  // Tue, 24 Nov 2026 08:40:00 GMT

std::string read_date(std::string_view text) {
  const auto moment = parse_http_date(text, kNow);
  return moment ? format_http_date(*moment) : "(no date)";
}

TEST(HttpDate, ReadsThreeForms) {
  EXPECT_EQ(read_date("Sun, 06 Nov 1994 08:49:37 GMT"), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(read_date("Sunday, 06-Nov-94 08:49:37 GMT"), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(read_date("Sun Nov  6 08:49:37 1994"), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(read_date("Wed Nov 16 08:49:37 1994"), "Wed, 16 Nov 1994 08:49:37 GMT");
}

TEST(HttpDate, TakesTwoDigitsOfAYearAsTheNearestPastOrNextFifty) {
  EXPECT_EQ(read_date("Sunday, 06-Nov-76 08:49:37 GMT"), "Fri, 06 Nov 2076 08:49:37 GMT");
  EXPECT_EQ(read_date("Sunday, 06-Nov-77 08:49:37 GMT"), "Sun, 06 Nov 1977 08:49:37 GMT");
  EXPECT_EQ(read_date("Sunday, 06-Nov-00 08:49:37 GMT"), "Mon, 06 Nov 2000 08:49:37 GMT");
}

TEST(HttpDate, KnowsLeapDaysAndLeapSeconds) {
  EXPECT_EQ(read_date("Thu, 29 Feb 2024 00:00:00 GMT"), "Thu, 29 Feb 2024 00:00:00 GMT");
  EXPECT_EQ(read_date("Sat, 29 Feb 2025 00:00:00 GMT"), "(no date)");
  EXPECT_EQ(read_date("Sat, 31 Dec 2016 23:59:60 GMT"), "Sun, 01 Jan 2017 00:00:00 GMT");
}

TEST(HttpDate, TakesNothingElse) {
  for (const char* text : {"",
                           "0",
                           "-1",
                           "now",
                           "Sun, 06 Nov 1994 08:49:37",
                           "Sun, 06 Nov 1994 08:49:37 GMT ",
                           " Sun, 06 Nov 1994 08:49:37 GMT",
                           "Sun, 6 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 94 08:49:37 GMT",
                           "Sun, 06 Nov 1994 8:49:37 GMT",
                           "Sun, 06 Nov 1994 24:00:00 GMT",
                           "Sun, 06 Nov 1994 08:60:00 GMT",
                           "Sun, 06 Nov 1994 08.49.37 GMT",
                           "Sun 06 Nov 1994 08:49:37 GMT",
                           "Sun, 06-Nov-1994 08:49:37 GMT",
                           "Sun, 06  Nov 1994 08:49:37 GMT",
                           "Xyz, 06 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Xyz 1994 08:49:37 GMT",
                           "Sun, 00 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 08:49:37 +0000",
                           "Sun, 06 nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 08:49:37 gmt",
                           "Sun Nov 6 08:49:37 1994",
                           "Sun Nov 06 08:49:37 94  ",
                           "1994-11-06T08:49:37Z",
                           "784111777"}) {
    EXPECT_EQ(read_date(text), "(no date)") << text;
  }
}

TEST(Keys, DifferByTenantHostAndTarget) {
  const KeyView key{Partition::tenant("Ash"), "valion.example", "/a"};
  EXPECT_TRUE(same_key(key, {Partition::tenant("Ash"), "VALION.example", "/a"}));
  EXPECT_EQ(hash_of(key), hash_of({Partition::tenant("Ash"), "VALION.EXAMPLE", "/a"}));
  EXPECT_FALSE(same_key(key, {Partition::tenant("ash"), "valion.example", "/a"}));
  EXPECT_FALSE(same_key(key, {Partition::anybody(), "valion.example", "/a"}));
  EXPECT_FALSE(same_key(key, {Partition::tenant("Ash"), "valion.example", "/A"}));
  EXPECT_FALSE(same_key({Partition::tenant(""), "h", "/"}, {Partition::anybody(), "h", "/"}));
  EXPECT_TRUE(same_key(Key(key).view(), key));
}

TEST(Keys, HashPiecesNotTheirJoin) {
  EXPECT_NE(hash_of({Partition::tenant("b"), "h", "/a"}), hash_of({Partition::tenant(""), "h", "/ab"}));
  EXPECT_NE(hash_of_resource("ha", "/"), hash_of_resource("h", "a/"));
  EXPECT_NE(hash_bytes(std::string_view("\0", 1), 1), hash_bytes("", 1));
}

TEST(Vary, IsSortedAndWithoutCase) {
  EXPECT_THAT(*vary_names({{"Vary", "X-B, accept"}, {"vary", "ACCEPT,,x-a"}}), ElementsAre("accept", "x-a", "x-b"));
  EXPECT_FALSE(vary_names({{"Vary", "a, b c"}}));
  EXPECT_FALSE(vary_names({{"Vary", "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q"}})) << "too many to match";
}

TEST(Vary, BringsAcceptEncodingToASet) {
  const auto form = [](const char* value) { return *normalised("accept-encoding", {{"Accept-Encoding", value}}); };
  EXPECT_EQ(form("gzip, deflate, br"), "br,deflate,gzip");
  EXPECT_EQ(form("GZIP;q=1.0 , br;q=0.000"), "gzip");
  EXPECT_EQ(form("identity;q=0, *;q=0"), "*;q=0,identity;q=0");
  EXPECT_EQ(form(""), "");
}

TEST(References, AreResolvedAgainstTheTarget) {
  const auto named = [](std::string_view reference) {
    return same_host_target(reference, "valion.example", "/v1/houses/new?draft=1").value_or("(elsewhere)");
  };
  EXPECT_EQ(named("/v1/houses/9"), "/v1/houses/9");
  EXPECT_EQ(named("9"), "/v1/houses/9");
  EXPECT_EQ(named("./9?x=1#top"), "/v1/houses/9?x=1");
  EXPECT_EQ(named("../cities/"), "/v1/cities/");
  EXPECT_EQ(named("../../../../x"), "/x");
  EXPECT_EQ(named("?x=2"), "/v1/houses/new?x=2");
  EXPECT_EQ(named(""), "/v1/houses/new?draft=1");
  EXPECT_EQ(named("//VALION.example/x"), "/x");
  EXPECT_EQ(named("https://valion.example"), "/");
  EXPECT_EQ(named("http://valion.example?x"), "/?x");
  EXPECT_EQ(named("http://valion.example.evil/x"), "(elsewhere)");
  EXPECT_EQ(named("http://valion.example@evil/x"), "(elsewhere)");
  EXPECT_EQ(named("//other/x"), "(elsewhere)");
  EXPECT_EQ(named("mailto:x@valion.example"), "(elsewhere)");
}

TEST(Tags, StandBetweenCommasAndBlanks) {
  EXPECT_THAT(tags_of({{"Cache-Tag", "b, a"}, {"surrogate-key", "c\ta"}}), ElementsAre("a", "b", "c"));
  EXPECT_THAT(tags_of({{"Cache-Tag", std::string_view()}}), ElementsAre());
}

TEST(Ranges, ComeAsPartsOfAMultipartBody) {
  World world;
  Message request, answer;
  answer.fields = {{"Cache-Control", "max-age=60"}, {"Content-Type", "text/plain"}};
  answer.body = "0123456789";
  world.send(request, {answer});
  request.fields = {{"Range", "bytes=0-1, -2"}};
  const Message parts = world.send(request).answer;
  EXPECT_EQ(parts.status, 206);
  const std::string type(*parts.field("Content-Type"));
  ASSERT_EQ(type.rfind("multipart/byteranges; boundary=", 0), 0u);
  const std::string line = "--" + type.substr(31);
  EXPECT_EQ(parts.body, line + "\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/10\r\n\r\n01\r\n" + line +
                            "\r\nContent-Type: text/plain\r\nContent-Range: bytes 8-9/10\r\n\r\n89\r\n" + line +
                            "--\r\n");
  EXPECT_EQ(parts.field("Content-Length"), std::to_string(parts.body.size()));
  EXPECT_FALSE(parts.field("Content-Range"));
}

TEST(ACallersTraffic, NeverFillsWhatAnybodyIsServed) {
  World world;
  world.route.caches_authorised = true;
  Message request, answer;
  answer.fields = {{"Cache-Control", "public, max-age=60"}};
  answer.body = "ash";
  world.send(request, {answer}, "Ash");
  for (const std::optional<std::string>& other :
       {std::optional<std::string>{}, std::optional<std::string>{""}, std::optional<std::string>{"Birch"}}) {
    answer.body = "other";
    EXPECT_EQ(world.send(request, {answer}, other).kind, "asked");
  }
}

}  // namespace
}  // namespace valion::gateway::cache

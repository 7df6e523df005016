// Where answers end, and which connections live on. Requests, byte for byte: framing_cases_test.cpp.
#include "services/api_gateway/message/framing.hpp"

#include <gtest/gtest.h>

namespace valion::gateway {
namespace {

using Kind = Framing::Kind;

ResponseHead answer(int status, Fields fields, int minor = 1) { return {status, "", std::move(fields), minor}; }

RequestHead request(Fields fields, int minor = 1) {
  RequestHead head;
  head.method = "POST";
  head.fields = std::move(fields);
  head.minor = minor;
  return head;
}

TEST(ResponseFraming, IsByLengthByChunksOrByTheEnd) {
  const auto length = framing_of(answer(200, {{"Content-Length", "12"}}), "GET");
  EXPECT_EQ(length.framing.kind, Kind::length);
  EXPECT_EQ(length.framing.length, 12u);
  EXPECT_TRUE(length.framing.keep_alive);
  const auto chunked = framing_of(answer(200, {{"transfer-encoding", "chunked"}}), "GET");
  EXPECT_EQ(chunked.framing.kind, Kind::chunked);
  EXPECT_TRUE(chunked.framing.keep_alive);
  const auto end = framing_of(answer(200, {}), "GET");
  EXPECT_EQ(end.framing.kind, Kind::until_close);
  EXPECT_FALSE(end.framing.keep_alive);
  EXPECT_FALSE(end.refusal);
}

TEST(ResponseFraming, HasNoBodyWhereThereIsNone) {
  for (const int status : {100, 103, 204, 304}) {
    const auto framed = framing_of(answer(status, {{"Content-Length", "12"}}), "GET");
    EXPECT_EQ(framed.framing.kind, Kind::none) << status;
    EXPECT_TRUE(framed.framing.keep_alive) << status;
  }
  EXPECT_EQ(framing_of(answer(200, {{"Transfer-Encoding", "chunked"}}), "HEAD").framing.kind, Kind::none);
  EXPECT_TRUE(framing_of(answer(200, {}), "HEAD").framing.keep_alive);
  EXPECT_FALSE(framing_of(answer(101, {{"Connection", "Upgrade"}}), "GET").framing.keep_alive);
}

TEST(ResponseFraming, RefusesWhatCouldBeReadInTwoWays) {
  const std::vector<Fields> bad{{{"Content-Length", "1"}, {"Content-Length", "1"}},
                                {{"Content-Length", "1, 1"}},
                                {{"Content-Length", ""}},
                                {{"Content-Length", "1"}, {"Transfer-Encoding", "chunked"}},
                                {{"Transfer-Encoding", "gzip, chunked"}},
                                {{"Transfer-Encoding", "identity"}},
                                {{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}};
  for (const Fields& fields : bad) {
    EXPECT_EQ(framing_of(answer(200, fields), "GET").refusal.status, 502) << fields.front().value;
    EXPECT_EQ(framing_of(answer(200, fields), "HEAD").refusal.status, 502) << fields.front().value;
  }
  EXPECT_EQ(framing_of(answer(200, {{"Transfer-Encoding", "chunked"}}, 0), "GET").refusal.status, 502);
}

TEST(Framing, KeepsAConnectionAsVersionAndConnectionSay) {
  struct {
    int minor;
    const char* connection;
    bool lives;
  } const cases[] = {{1, "", true},
                     {1, "keep-alive", true},
                     {1, "close", false},
                     {1, "Upgrade, CLOSE", false},
                     {1, "closed", true},
                     {0, "", false},
                     {0, "Keep-Alive", true},
                     {0, "close, keep-alive", false},
                     {0, "x,keep-alive", true}};
  for (const auto& one : cases) {
    const Fields fields{{"Content-Length", "0"}, {"connection", one.connection}};
    EXPECT_EQ(framing_of(request(fields, one.minor)).framing.keep_alive, one.lives) << one.minor << one.connection;
    EXPECT_EQ(framing_of(answer(200, fields, one.minor), "GET").framing.keep_alive, one.lives)
        << one.minor << one.connection;
  }
}

TEST(RequestFraming, WaitsForTheBodyOnlyWhenThereIsOne) {
  EXPECT_TRUE(framing_of(request({{"Expect", "100-Continue"}, {"Content-Length", "1"}})).expects_continue);
  EXPECT_TRUE(framing_of(request({{"Expect", "100-continue"}, {"Transfer-Encoding", "chunked"}})).expects_continue);
  EXPECT_FALSE(framing_of(request({{"Expect", "100-continue"}})).expects_continue);
  EXPECT_FALSE(framing_of(request({{"Expect", "100-continue"}, {"Content-Length", "0"}})).expects_continue);
  EXPECT_FALSE(framing_of(request({{"Expect", "100-continue"}, {"Content-Length", "1"}}, 0)).expects_continue);
  EXPECT_EQ(framing_of(request({{"Expect", "100-continue"}, {"Expect", "100-continue"}})).refusal.status, 417);
}

TEST(RequestFraming, TakesTheLargestLengthItCanHold) {
  const auto framed = framing_of(request({{"Content-Length", "999999999999999999"}}));
  EXPECT_FALSE(framed.refusal);
  EXPECT_EQ(framed.framing.length, 999'999'999'999'999'999u);
  EXPECT_EQ(framing_of(request({{"Content-Length", "1000000000000000000"}})).refusal.status, 400);
}

}  // namespace
}  // namespace valion::gateway

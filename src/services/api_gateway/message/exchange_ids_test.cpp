#include "services/api_gateway/message/exchange_ids.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace valion::gateway {
namespace {

using ::testing::MatchesRegex;

const std::string kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string kSpan = "00f067aa0ba902b7";

ExchangeIds ids_of(Fields fields, bool sampled = false) {
  static RandomBytes random;
  RequestHead head;
  head.fields = std::move(fields);
  return {head, random, sampled};
}

TEST(ExchangeIds, KeepAWellFormedRequestId) {
  EXPECT_EQ(ids_of({{"x-request-id", "Abc-123._x"}}).request_id(), "Abc-123._x");
  const std::string longest(128, 'a');
  EXPECT_EQ(ids_of({{"X-Request-Id", longest}}).request_id(), longest);
}

TEST(ExchangeIds, MakeARequestIdOtherwise) {
  const std::string too_long(129, 'a');
  for (const Fields& fields : {Fields{}, Fields{{"X-Request-Id", "short"}}, Fields{{"X-Request-Id", too_long}},
                               Fields{{"X-Request-Id", "with blank"}}, Fields{{"X-Request-Id", "with\"quote"}},
                               Fields{{"X-Request-Id", "twice-twice"}, {"X-Request-Id", "twice-twice"}}}) {
    EXPECT_THAT(std::string(ids_of(fields).request_id()), MatchesRegex("[0-9a-f]{24}"));
  }
}

TEST(ExchangeIds, ContinueAClientsTrace) {
  const std::string sent = "00-" + kTrace + "-" + kSpan + "-01";
  const ExchangeIds ids = ids_of({{"Traceparent", sent}});
  EXPECT_EQ(ids.trace_id(), kTrace);
  EXPECT_EQ(ids.parent_span_id(), kSpan);
  EXPECT_NE(ids.span_id(), kSpan);
  EXPECT_TRUE(ids.sampled());
  EXPECT_EQ(ids.traceparent(), "00-" + kTrace + "-" + std::string(ids.span_id()) + "-01");
  const std::string unsampled = "00-" + kTrace + "-" + kSpan + "-02";
  EXPECT_FALSE(ids_of({{"traceparent", unsampled}}, true).sampled()) << "the client's flag holds";
  const std::string later = "cc-" + kTrace + "-" + kSpan + "-01-what-else";
  EXPECT_EQ(ids_of({{"traceparent", later}}).trace_id(), kTrace);
}

TEST(ExchangeIds, BeginATraceOtherwise) {
  const std::string good = "00-" + kTrace + "-" + kSpan + "-01";
  std::vector<std::string> bad{"",
                               "00",
                               "ff" + good.substr(2),
                               good + "-x",
                               good.substr(0, 54),
                               "00-" + std::string(32, '0') + "-" + kSpan + "-01",
                               "00-" + kTrace + "-" + std::string(16, '0') + "-01",
                               "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + kSpan + "-01",
                               "00-" + kTrace + "-" + kSpan + "-0g"};
  for (const std::string& one : bad) {
    const ExchangeIds ids = ids_of({{"traceparent", one}}, true);
    EXPECT_THAT(std::string(ids.traceparent()), MatchesRegex("00-[0-9a-f]{32}-[0-9a-f]{16}-01")) << one;
    EXPECT_NE(ids.trace_id(), kTrace) << one;
    EXPECT_EQ(ids.parent_span_id(), "") << one;
  }
  EXPECT_NE(ids_of({{"traceparent", good}, {"traceparent", good}}).trace_id(), kTrace) << "it must stand once";
}

TEST(ExchangeIds, AreNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const ExchangeIds ids = ids_of({});
    seen.emplace(ids.request_id());
    seen.emplace(ids.trace_id());
    seen.emplace(ids.span_id());
  }
  EXPECT_EQ(seen.size(), 3000u);
}

}  // namespace
}  // namespace valion::gateway

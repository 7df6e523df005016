#include "platform/trace/context.hpp"

#include <gtest/gtest.h>

namespace valion::trace {
namespace {

TEST(Traceparent, ReadsTheExampleOfTheRecommendationAndWritesItBack) {
  const std::string header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const auto context = parse_traceparent(header);
  ASSERT_TRUE(context);
  EXPECT_EQ(context->trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(context->span_id, "00f067aa0ba902b7");
  EXPECT_TRUE(context->sampled);
  EXPECT_EQ(to_traceparent(*context), header);
}

TEST(Traceparent, RefusesWhatTheRecommendationForbids) {
  for (const char* header : {"", "00", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                             "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                             "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                             "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                             "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more"}) {
    EXPECT_FALSE(parse_traceparent(header)) << header;
  }
  EXPECT_TRUE(parse_traceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more"));
}

TEST(Ids, AreNewEachTimeAndWellFormed) {
  EXPECT_EQ(new_trace_id().size(), 32u);
  EXPECT_EQ(new_span_id().size(), 16u);
  EXPECT_NE(new_trace_id(), new_trace_id());
}

TEST(RequestId, IsKeptWhenWellFormedElseMade) {
  EXPECT_EQ(accept_request_id("order-12345.a_b"), "order-12345.a_b");
  for (const char* bad : {"short", "with space in it", "line\nbreak", "quote\"quote"})
    EXPECT_NE(accept_request_id(bad), bad);
  EXPECT_EQ(accept_request_id(std::nullopt).size(), 24u);
}

}  // namespace
}  // namespace valion::trace

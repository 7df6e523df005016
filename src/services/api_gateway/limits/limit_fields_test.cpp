#include "services/api_gateway/limits/limit_fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace valion::gateway::limits {
namespace {

using namespace std::chrono_literals;

std::string fields(const Decision& decision, bool older = false, std::string_view name = "ml-predict") {
  std::string head;
  append_limit_fields(head, name, decision, older);
  return head;
}

TEST(LimitFields, NameThePolicyAndWhatIsLeft) {
  EXPECT_EQ(fields({true, 600, 588, 60s, 1'200ms, 0s}),
            "RateLimit-Policy: \"ml-predict\";q=600;w=60\r\n"
            "RateLimit: \"ml-predict\";r=588;t=59\r\n");
}

TEST(LimitFields, PromiseNoFasterPaceThanThePolicy) {
  for (std::uint32_t remaining = 0; remaining <= 50; ++remaining) {
    const std::string head = fields({true, 50, remaining, 60s, 0s, 0s});
    const auto t = std::stod(head.substr(head.find(";t=") + 3));
    EXPECT_LE(remaining / t, 50.0 / 60.0);
    EXPECT_GE(t, 1);
  }
}

TEST(LimitFields, TellTheRefusedWhenToComeBackInTheSameWords) {
  const Decision refused{false, 20, 0, 60s, 57'100ms, 2'100ms};
  EXPECT_EQ(fields(refused),
            "RateLimit-Policy: \"ml-predict\";q=20;w=60\r\n"
            "RateLimit: \"ml-predict\";r=0;t=3\r\n"
            "Retry-After: 3\r\n");
  EXPECT_EQ(refusal("ml-predict", refused), "more than 20 requests in 60 s on ml-predict; try again in 3 s");
  EXPECT_EQ(retry_after_seconds({false, 20, 0, 60s, 0s, 1ns}), 1);
}

TEST(LimitFields, SpeakTheOlderLanguageWhenAsked) {
  EXPECT_THAT(fields({false, 20, 0, 60s, 57'100ms, 2'100ms}, true),
              ::testing::EndsWith("X-RateLimit-Limit: 20\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 58\r\n"));
}

TEST(LimitFields, KeepANameWithinItsQuotes) {
  EXPECT_THAT(fields({true, 5, 4, 1s, 0s, 0s}, false, "a\"b\\c\r\nX: \xC3\xA9"),
              ::testing::StartsWith("RateLimit-Policy: \"a_b_c__X: __\";q=5;w=1\r\n"));
}

}  // namespace
}  // namespace valion::gateway::limits

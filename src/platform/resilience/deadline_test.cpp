#include "platform/resilience/deadline.hpp"

#include <gtest/gtest.h>

namespace valion::resilience {
namespace {

using namespace std::chrono_literals;
const Moment kNow{1h};

TEST(Deadline, IsWhatTheCallerStillWaits) {
  const Result<Moment> deadline = parse_deadline("1500", kNow);
  ASSERT_TRUE(deadline);
  EXPECT_EQ(*deadline, kNow + 1500ms);
  EXPECT_EQ(time_left(*deadline, kNow + 400ms), 1100ms);
  EXPECT_EQ(deadline_value(time_left(*deadline, kNow + 400ms)), "1100");
}

TEST(Deadline, NeverBecomesNegative) {
  EXPECT_EQ(*parse_deadline("0", kNow), kNow);
  EXPECT_EQ(time_left(kNow, kNow), 0ms);
  EXPECT_EQ(time_left(kNow, kNow + 10s), 0ms);
  EXPECT_EQ(time_left(kNow + 900us, kNow), 0ms) << "less than a millisecond is nothing to work with";
  EXPECT_EQ(deadline_value(-5ms), "0");
}

TEST(Deadline, RefusesWhatIsNoNumberOfMilliseconds) {
  for (const char* value : {"", "soon", "-1", "1.5", "100ms", " 100", "86400001", "99999999999999999999"}) {
    const Result<Moment> deadline = parse_deadline(value, kNow);
    ASSERT_FALSE(deadline) << value;
    EXPECT_EQ(deadline.error().kind, ErrorKind::malformed);
  }
  EXPECT_TRUE(parse_deadline("86400000", kNow));
}

}  // namespace
}  // namespace valion::resilience

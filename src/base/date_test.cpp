#include "base/date.hpp"

#include <gtest/gtest.h>

namespace valion {
namespace {

TEST(Date, ReadsIsoDaysAndWritesThemBack) {
  for (const char* text : {"1970-01-01", "1993-01-04", "1998-10-31", "2000-02-29", "9999-12-31"}) {
    const auto date = Date::parse(text);
    ASSERT_TRUE(date) << text;
    EXPECT_EQ(date->text(), text);
  }
  EXPECT_EQ(Date::parse("1970-01-02")->days(), 1);
  EXPECT_EQ(Date::parse("1969-12-31")->days(), -1);
}

TEST(Date, RefusesDaysThatDoNotExistAndOtherForms) {
  for (const char* text :
       {"1999-02-29", "1998-13-01", "1998-00-10", "1998-1-1", "31/12/1998", "", "1998-12-3x", "0999-01-01"}) {
    EXPECT_FALSE(Date::parse(text)) << text;
  }
}

TEST(Date, KnowsItsPartsAndItsPlaceOnTheTimeAxis) {
  const Date date = *Date::parse("1998-07-15");
  EXPECT_EQ(date.year(), 1998);
  EXPECT_EQ(date.month(), 7);
  EXPECT_NEAR(date.years(), 28.535, 0.001);
}

TEST(Timestamp, IsRfc3339InUtcWithMilliseconds) {
  const std::chrono::system_clock::time_point moment{std::chrono::milliseconds{1'000'000'000'123}};
  EXPECT_EQ(utc_timestamp(moment), "2001-09-09T01:46:40.123Z");
}

}  // namespace
}  // namespace valion

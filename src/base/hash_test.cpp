#include "base/hash.hpp"

#include <gtest/gtest.h>

namespace valion {
namespace {

TEST(Hash, AcceptsOnlySixtyFourLowerCaseHexadecimalDigits) {
  const std::string good(64, 'a');
  ASSERT_TRUE(Hash::parse(good));
  EXPECT_EQ(Hash::parse(good)->text(), good);
  EXPECT_FALSE(Hash::parse(std::string(63, 'a')));
  EXPECT_FALSE(Hash::parse(std::string(64, 'A')));
  EXPECT_FALSE(Hash::parse("../" + std::string(61, 'a')));
  EXPECT_FALSE(Hash::parse(""));
}

TEST(Hash, IsEmptyByDefault) { EXPECT_TRUE(Hash{}.empty()); }

}  // namespace
}  // namespace valion

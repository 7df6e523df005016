#include "platform/json/described.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>

namespace valion::json {

enum class Colour { red, green };
BOOST_DESCRIBE_ENUM(Colour, red, green)

struct House {
  std::string address;
  double price = 0;
  std::int64_t rooms = 1;
  std::optional<Colour> colour;
  std::vector<Cell> cells;
  static constexpr std::array kDefaulted{"rooms", "cells"};
  void check(Checker& checker) const { checker.require(price > 0, "/price", "must be positive"); }
};
BOOST_DESCRIBE_STRUCT(House, (), (address, price, rooms, colour, cells))

struct Street {
  std::vector<House> houses;
  std::map<std::string, double> rates;
  Date opened;
  Raw notes;
};
BOOST_DESCRIBE_STRUCT(Street, (), (houses, rates, opened, notes))

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> places(const Error& error) {
  std::vector<std::string> pointers;
  for (const Violation& violation : error.violations) pointers.push_back(violation.pointer);
  return pointers;
}

TEST(Json, ReadsWhatItWrites) {
  const std::string text =
      R"({"houses":[{"address":"a \"b\"\n","price":0.1,"rooms":3,"colour":"green","cells":[null,1.5,"x",true]}],)"
      R"("rates":{"iptu":0.01},"opened":"1998-10-31","notes":{"any":[1,2,{"thing":null}]}})";
  const auto street = decode<Street>(text);
  ASSERT_TRUE(street) << street.error().message;
  EXPECT_EQ(street->houses[0].colour, Colour::green);
  EXPECT_EQ(encode(*street), text);
}

TEST(Json, LeavesOutWhatIsNotThereAndFillsDefaults) {
  const auto house = decode<House>(R"({"address":"x","price":10,"colour":null})");
  ASSERT_TRUE(house);
  EXPECT_EQ(house->rooms, 1);
  EXPECT_EQ(encode(*house), R"({"address":"x","price":10,"rooms":1,"cells":[]})");
}

TEST(Json, ReportsEveryViolationAtOnceWithItsPlace) {
  const auto street = decode<Street>(
      R"({"houses":[{"address":1,"price":"much","rooms":2.5,"colour":"blue"},{"price":-1,"address":""}],"rates":{"a/b":"x"},"opened":"1998-02-30","x":1})");
  ASSERT_FALSE(street);
  EXPECT_EQ(street.error().kind, ErrorKind::invalid);
  EXPECT_THAT(places(street.error()), testing::UnorderedElementsAre(
                                          "/houses/0/address", "/houses/0/price", "/houses/0/rooms", "/houses/0/colour",
                                          "/houses/1/price", "/rates/a~1b", "/opened", "/notes", "/x"));
}

TEST(Json, RefusesDuplicateKeysAndToleratesUnknownOnesOnlyWhenAsked) {
  EXPECT_THAT(places(decode<House>(R"({"address":"x","price":1,"price":2})").error()), ElementsAre("/price"));
  EXPECT_TRUE(decode<House>(R"({"address":"x","price":1,"newer":2})", Unknown::ignored));
}

TEST(Json, RefusesWhatIsNotJson) {
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  for (const std::string& text :
       {std::string(), std::string("  \n"), std::string("{"), std::string("{}}"), std::string("NaN"),
        std::string("[1e400]"), std::string("[\"\xFF\"]"), std::string("[\"\\ud800\"]"), deep}) {
    const auto value = decode<std::vector<double>>(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().kind, ErrorKind::malformed) << text;
  }
}

TEST(Json, KeepsEveryBitOfADouble) {
  std::mt19937_64 generator(7);
  for (int round = 0; round < 10000; ++round) {
    const std::uint64_t bits = generator();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    const auto back = decode<std::vector<double>>(encode(std::vector<double>{value}));
    ASSERT_TRUE(back);
    ASSERT_EQ(std::memcmp(&value, &(*back)[0], sizeof value), 0) << value;
  }
}

TEST(Json, WritesNumbersAsPeopleDo) {
  EXPECT_EQ(encode(std::vector<double>{3, 0.1, -0.0, 1e21, std::nan("")}), "[3,0.1,-0,1e+21,null]");
}

TEST(Json, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(encode(std::string("a\xFF"
                               "b")),
            "\"a\xEF\xBF\xBD"
            "b\"");
}

TEST(Json, ShowsTheBeginningOfAWrongValueWithoutCuttingACharacter) {
  std::string long_text;
  for (int i = 0; i < 60; ++i) long_text += "ã";
  const auto value = decode<std::vector<double>>("[\"x" + long_text + "\"]");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().violations[0].value, "x" + long_text.substr(0, 78) + "…");
}

TEST(Json, KeepsEveryBitOfADoubleInRawText) {
  std::mt19937_64 generator(8);
  for (int round = 0; round < 10000; ++round) {
    const std::uint64_t bits = generator();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    const auto raw = decode<Raw>(encode(value));
    ASSERT_TRUE(raw);
    const auto back = decode<double>(raw->text);
    ASSERT_TRUE(back);
    ASSERT_EQ(std::memcmp(&value, &*back, sizeof value), 0) << value;
  }
}

TEST(Json, ReadsSixtyFourLevelsAndNoMore) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(decode<Raw>(nested(64))->text, nested(64));
  EXPECT_FALSE(decode<Raw>(nested(65)));
}

struct Counts {
  std::int8_t small = 0;
  std::uint32_t whole = 0;
  std::int64_t large = 0;
};
BOOST_DESCRIBE_STRUCT(Counts, (), (small, whole, large))

TEST(Json, ReadsIntegersToTheEndsOfTheirTypesAndNotBeyond) {
  const std::string least = R"({"small":-128,"whole":0,"large":-9223372036854775808})";
  const std::string most = R"({"small":127,"whole":4294967295,"large":9223372036854775807})";
  EXPECT_EQ(encode(decode<Counts>(least).value()), least);
  EXPECT_EQ(encode(decode<Counts>(most).value()), most);
  const auto beyond = decode<Counts>(R"({"small":128,"whole":-1,"large":9223372036854775808})");
  ASSERT_FALSE(beyond);
  EXPECT_THAT(places(beyond.error()), ElementsAre("/small", "/whole", "/large"));
  static_assert(!detail::Integer<std::uint64_t>, "would be written negative");
}

TEST(Json, NamesTheRangeOfAnInteger) {
  const auto house = decode<House>(R"({"address":"x","price":1,"rooms":1e300})");
  ASSERT_FALSE(house);
  EXPECT_THAT(house.error().violations[0].message, HasSubstr("integer from"));
}

}  // namespace
}  // namespace valion::json

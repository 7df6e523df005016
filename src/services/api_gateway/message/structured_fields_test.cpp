#include "services/api_gateway/message/structured_fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace valion::gateway::structured {
namespace {

using ::testing::ElementsAre;

// What is read, written again: the canonical form, or `refused`.
std::string again(const auto& parsed) {
  if (!parsed) return "refused";
  const auto text = serialise(*parsed);
  return text ? *text : "unwritable";
}
std::string item(std::string_view text) { return again(parse_item(text)); }
std::string list(std::string_view text) { return again(parse_list(text)); }
std::string dictionary(std::string_view text) { return again(parse_dictionary(text)); }

struct Case {
  std::string_view text;
  std::string_view canonical;
};

// The examples of RFC 9651 section 3.
TEST(StructuredFields, ReadTheExamplesOfTheRfc) {
  const std::vector<Case> lists{
      {R"("foo", "bar", "It was the best of times.")", R"("foo", "bar", "It was the best of times.")"},
      {"sugar, tea, rum", "sugar, tea, rum"},
      {R"(("foo" "bar"), ("baz"), ("bat" "one"), ())", R"(("foo" "bar"), ("baz"), ("bat" "one"), ())"},
      {R"(("foo"; a=1;b=2);lvl=5, ("bar" "baz");lvl=1)", R"(("foo";a=1;b=2);lvl=5, ("bar" "baz");lvl=1)"},
      {R"(abc;a=1;b=2; cde_456, (ghi;jk=4 l);q="9";r=w)", R"(abc;a=1;b=2;cde_456, (ghi;jk=4 l);q="9";r=w)"},
  };
  for (const Case& each : lists) EXPECT_EQ(list(each.text), each.canonical) << each.text;
  const std::vector<Case> dictionaries{
      {R"(en="Applepie", da=:w4ZibGV0w6ZydGU=:)", R"(en="Applepie", da=:w4ZibGV0w6ZydGU=:)"},
      {"a=?0, b, c; foo=bar", "a=?0, b, c;foo=bar"},
      {"rating=1.5, feelings=(joy sadness)", "rating=1.5, feelings=(joy sadness)"},
      {"a=(1 2), b=3, c=4;aa=bb, d=(5 6);valid", "a=(1 2), b=3, c=4;aa=bb, d=(5 6);valid"},
      {"foo=1, bar=2", "foo=1, bar=2"},
  };
  for (const Case& each : dictionaries) EXPECT_EQ(dictionary(each.text), each.canonical) << each.text;
  const std::vector<Case> items{
      {"5", "5"},
      {"5; foo=bar", "5;foo=bar"},
      {"1; a; b=?0", "1;a;b=?0"},
      {R"(2; foourl="https://foo.example.com/")", R"(2;foourl="https://foo.example.com/")"},
      {"42", "42"},
      {"4.5", "4.5"},
      {R"("hello world")", R"("hello world")"},
      {"foo123/456", "foo123/456"},
      {":cHJldGVuZCB0aGlzIGlzIGJpbmFyeSBjb250ZW50Lg==:", ":cHJldGVuZCB0aGlzIGlzIGJpbmFyeSBjb250ZW50Lg==:"},
      {"?1", "?1"},
      {"@1659578233", "@1659578233"},
      {R"(%"This is intended for display to %c3%bcsers.")", R"(%"This is intended for display to %c3%bcsers.")"},
  };
  for (const Case& each : items) EXPECT_EQ(item(each.text), each.canonical) << each.text;
}

TEST(StructuredFields, ReadTheRateLimitDraft) {
  const auto policies = parse_list(R"("burst";q=100;w=60,"daily";q=1000;w=86400;pk=:cHsdsRa894==:)");
  ASSERT_TRUE(policies);
  ASSERT_EQ(policies->size(), 2u);
  const auto& daily = std::get<Item>((*policies)[1]);
  EXPECT_EQ(std::get<std::string>(daily.value), "daily");
  EXPECT_EQ(std::get<std::int64_t>(*find(daily.parameters, "w")), 86'400);
  EXPECT_EQ(find(daily.parameters, "qu"), nullptr);
}

TEST(StructuredNumbers, AreReadWithinTheirRange) {
  const std::vector<Case> cases{
      {"0", "0"},
      {"-0", "0"},
      {"00042", "42"},
      {"-042", "-42"},
      {"999999999999999", "999999999999999"},
      {"-999999999999999", "-999999999999999"},
      {"1000000000000000", "refused"},
      {"0000000000000001", "refused"},
      {"1.0", "1.0"},
      {"1.50", "1.5"},
      {"-0.001", "-0.001"},
      {"-0.0", "0.0"},
      {"123456789012.125", "123456789012.125"},
      {"1234567890123.1", "refused"},
      {"1.1234", "refused"},
      {"1.", "refused"},
      {".1", "refused"},
      {"1..4", "refused"},
      {"1.5.4", "refused"},
      {"-", "refused"},
      {"--1", "refused"},
      {"+1", "refused"},
      {"-a23", "refused"},
      {"4-2", "refused"},
      {"2,3", "refused"},
      {"1e3", "refused"},
      {"@-12", "@-12"},
      {"@1.5", "refused"},
      {"@", "refused"},
      {"@a", "refused"},
  };
  for (const Case& each : cases) EXPECT_EQ(item(each.text), each.canonical) << each.text;
}

TEST(StructuredTexts, AreReadByTheirAlphabet) {
  const std::vector<Case> cases{
      {R"("a \"b\" \\c")", R"("a \"b\" \\c")"},
      {R"("")", R"("")"},
      {R"("a\b")", "refused"},
      {R"("open)", "refused"},
      {R"("open\)", "refused"},
      {"\"a\tb\"", "refused"},
      {"\"f\xC3\xBC\"", "refused"},
      {"'foo'", "refused"},
      {"a_b-c.d3:f%00/*", "a_b-c.d3:f%00/*"},
      {"*a", "*a"},
      {"a\"b", "refused"},
      {"3a", "refused"},
      {"::", "::"},
      {":aGVsbG8=:", ":aGVsbG8=:"},
      {":aGVsbG8:", ":aGVsbG8=:"},
      {":iZ==:", ":iQ==:"},
      {":aGVsb G8=:", "refused"},
      {":aGVsbG!8=:", "refused"},
      {":aGVs=G8=:", "refused"},
      {":a===:", "refused"},
      {":a:", "refused"},
      {":aGVsbG8=", "refused"},
      {":_-Ah:", "refused"},
      {"?", "refused"},
      {"?2", "refused"},
      {"?T", "refused"},
      {R"(%"foo %22bar%22 \ baz")", R"(%"foo %22bar%22 \ baz")"},
      {R"(%"BOM: %ef%bb%bf")", R"(%"BOM: %ef%bb%bf")"},
      {R"(%"%61")", R"(%"a")"},
      {R"(%"f%C3%BC")", "refused"},
      {R"(%"%c3%28")", "refused"},
      {R"(%"%a0%a1")", "refused"},
      {R"(%"%e2%28%a1")", "refused"},
      {R"(%"%f0%28%8c%28")", "refused"},
      {R"(%"%c0%80")", "refused"},
      {R"(%"%ed%a0%80")", "refused"},
      {R"(%"%f4%90%80%80")", "refused"},
      {R"(%"foo %a)", "refused"},
      {R"(%"foo)", "refused"},
      {"%foo\"", "refused"},
      {"%", "refused"},
      {"", "refused"},
      {"  ", "refused"},
      {"  1 ", "1"},
      {"1 2", "refused"},
      {"\t1", "refused"},
      {"(1 2)", "refused"},
  };
  for (const Case& each : cases) EXPECT_EQ(item(each.text), each.canonical) << each.text;
}

TEST(StructuredLists, AreReadWithTheirBlanks) {
  const std::vector<Case> cases{
      {"1, 42", "1, 42"},
      {"", ""},
      {"   ", ""},
      {"1,42", "1, 42"},
      {"1 \t,\t 42", "1, 42"},
      {"1, 42,", "refused"},
      {"1, 42, ", "refused"},
      {"1,,42", "refused"},
      {",1", "refused"},
      {"1 42", "refused"},
      {"(1  42)", "(1 42)"},
      {"( 1 42 )", "(1 42)"},
      {"()", "()"},
      {"(1 42", "refused"},
      {"(1,42)", "refused"},
      {"(1\t42)", "refused"},
      {"((1) 2)", "refused"},
      {"(", "refused"},
      {"text/html;a;q=1.0", "text/html;a;q=1.0"},
      {"text/html  ,  text/plain;  q=0.5;  charset=utf-8", "text/html, text/plain;q=0.5;charset=utf-8"},
      {"text/plain;q =0.5", "refused"},
      {"text/plain;q= 0.5", "refused"},
      {"text/plain ;q=0.5", "refused"},
      {"text/plain;Q=0.5", "refused"},
      {"text/plain;", "refused"},
      {"text/plain;q=", "refused"},
      {"text/plain;q=(1)", "refused"},
      {"a;b=1;c=2;b=3", "a;b=3;c=2"},
      {"a;b=?1", "a;b"},
  };
  for (const Case& each : cases) EXPECT_EQ(list(each.text), each.canonical) << each.text;
}

TEST(StructuredDictionaries, KeepTheFirstPlaceAndTheLastValueOfAKey) {
  const std::vector<Case> cases{
      {"a=1,b=2,a=3", "a=3, b=2"}, {"a=1 ,  b=2", "a=1, b=2"}, {"", ""},
      {"a=1, b=2,", "refused"},    {"a=1,,b=2", "refused"},    {"a", "a"},
      {"a=?1;x", "a;x"},           {"a=", "refused"},          {"a= 1", "refused"},
      {"A=1", "refused"},          {"a=1;b=2 c=3", "refused"}, {"1=2", "refused"},
      {"*-_.a=1", "*-_.a=1"},
  };
  for (const Case& each : cases) EXPECT_EQ(dictionary(each.text), each.canonical) << each.text;
  const auto parsed = parse_dictionary("u=3, i");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(std::get<std::int64_t>(std::get<Item>(*find(*parsed, "u")).value), 3);
  EXPECT_EQ(find(*parsed, "x"), nullptr);
}

TEST(StructuredFields, BoundTheNumberOfKeys) {
  std::string text = "k0";
  for (std::size_t i = 1; i < kMostMembers; ++i) text += ",k" + std::to_string(i);
  EXPECT_TRUE(parse_dictionary(text));
  EXPECT_FALSE(parse_dictionary(text + ",more"));
  text = "1";
  for (std::size_t i = 0; i < kMostParameters; ++i) text += ";k" + std::to_string(i);
  EXPECT_TRUE(parse_item(text));
  EXPECT_FALSE(parse_item(text + ";more"));
}

TEST(StructuredFields, RefuseToWriteWhatCannotBeRead) {
  const std::vector<BareItem> unwritable{
      std::int64_t{1'000'000'000'000'000},
      Decimal{-1'000'000'000'000'000},
      std::string("\n"),
      std::string("\xC3\xBC"),
      Token{""},
      Token{"1a"},
      Token{"a b"},
      DisplayString{"\xFF"},
      Date{1'000'000'000'000'000},
  };
  for (const BareItem& value : unwritable) EXPECT_FALSE(serialise(Item{value, {}})) << value.index();
  for (const std::string key : {"", "A", "1", "a b"}) {
    EXPECT_FALSE(serialise(Item{true, {{key, std::int64_t{1}}}})) << key;
    EXPECT_FALSE(serialise(Dictionary{{key, Item{true, {}}}})) << key;
  }
}

TEST(StructuredFields, SayWhereTheyBreak) {
  const auto broken = parse_list("a, b;c=~");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().kind, ErrorKind::malformed);
  EXPECT_EQ(broken.error().message, "not a structured field: at byte 7 there should be an item");
}

TEST(StructuredFields, MayStandInSeveralLines) {
  EXPECT_EQ(joined({{"Priority", "u=1"}, {"Accept", "*/*"}, {"PRIORITY", "i"}}, "priority"), "u=1, i");
  EXPECT_EQ(joined({}, "priority"), "");
}

}  // namespace
}  // namespace valion::gateway::structured

#include "platform/json/malformed.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "platform/json/node.hpp"

namespace valion::json {
namespace {

std::string complaint(std::string_view text) {
  const auto document = Document::parse(text);
  return document ? "" : document.error().message;
}

TEST(Malformed, SaysWhereAndWhatIsExpectedThere) {
  const std::vector<std::array<std::string, 2>> mistakes{
      {"[1,\n 2,\n]", "at line 3, column 1, a value is expected"},
      {"[1 2]", "at line 1, column 4, a comma or ] is expected"},
      {"{\"a\":1\n\"b\":2}", "at line 2, column 1, a comma or } is expected"},
      {"{\"a\":1,}", "at line 1, column 8, the name of a member, in quotes, is expected"},
      {"{a:1}", "at line 1, column 2, the name of a member, in quotes, is expected"},
      {"{\"São Paulo\" 1}", "at line 1, column 14, a colon is expected"},
      {"{\"a\": 'x'}", "at line 1, column 7, a value is expected"},
      {"{\"a\":", "it ends at line 1, column 6, where a value is expected"},
      {"[1]\n[2]", "at line 2, column 1, nothing may follow the end of the document"},
      {"[\"abc]", "at line 1, column 2, the text that begins here is not closed"},
      {"[\"a\nb\"]", "at line 1, column 4, line ends and control characters in text must be escaped"},
      {"[\"C:\\data\"]", "at line 1, column 5, a backslash begins an escape, and this is none"},
      {"[\"\\u12g4\"]", "at line 1, column 3, \\u wants four hexadecimal digits"},
      {"[\"\\ud800\"]", "at line 1, column 3, this half of a surrogate pair has no other half"},
      {"[\"\xFF\"]", "at line 1, column 3, this byte is not UTF-8"},
      {"[01]", "at line 1, column 3, a comma or ] is expected"},
      {"[1.]", "at line 1, column 4, a digit is expected"},
      {"NaN", "at line 1, column 1, a value is expected"},
      {"[0, 1e400]", "at line 1, column 5, this number is out of range"},
      {"[100000000000000000000]",
       "at line 1, column 2, this integer has more than 64 bits; write it with a fraction or an exponent"},
      {std::string(65, '['), "at line 1, column 65, this is nested deeper than 64 levels"},
  };
  for (const auto& [text, reason] : mistakes) EXPECT_EQ(complaint(text), "the body is not JSON: " + reason) << text;
}

TEST(Malformed, SkipsAByteOrderMarkAndCountsWithoutIt) {
  EXPECT_EQ(complaint("\xEF\xBB\xBF[1]"), "");
  EXPECT_EQ(complaint("\xEF\xBB\xBF[x]"), "the body is not JSON: at line 1, column 2, a value is expected");
  EXPECT_EQ(complaint("\xEF\xBB\xBF"), "the body is empty; a JSON document is expected");
}

// The scan is only believed because it objects to exactly what simdjson objects to.
TEST(Malformed, AgreesWithSimdjsonOnAHundredThousandBrokenDocuments) {
  const std::string whole =
      R"({"a":[1,-2.5e-3,true,false,null,"é\n\ud83d\ude00\\",{}],"b":{"c":[[],"x"],"d":18446744073709551615}, "e" : 1E+2})";
  const std::string_view spare = "{}[]:,\"\\/u0189.eE+-tfn \n\x01\x80\xC3\xFF";
  std::mt19937_64 generator(11);
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(generator() % limit); };
  int broken = 0;
  for (int round = 0; round < 100'000; ++round) {
    std::string text = whole;
    for (std::size_t edits = 1 + below(3); edits > 0 && !text.empty(); --edits) {
      const std::size_t at = below(text.size());
      switch (below(4)) {
        case 0: text[at] = spare[below(spare.size())]; break;
        case 1: text.insert(at, 1, spare[below(spare.size())]); break;
        case 2: text.erase(at, 1 + below(3)); break;
        default: text.resize(at + 1); break;
      }
    }
    const bool taken = Document::parse(text).has_value();
    ASSERT_EQ(first_offence(text).has_value(), !taken) << text;
    broken += taken ? 0 : 1;
  }
  EXPECT_GT(broken, 50'000);
  EXPECT_LT(broken, 99'000);
}

}  // namespace
}  // namespace valion::json

// The description of the API is whole, sound and the same every time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "contracts/access.hpp"
#include "contracts/openapi/document.hpp"
#include "contracts/openapi/operations.hpp"
#include "contracts/openapi/schema.hpp"

namespace valion::openapi {

enum class Shade { dark, light };
BOOST_DESCRIBE_ENUM(Shade, dark, light)

struct Room {
  std::string name;
  std::optional<double> area;
  std::optional<Shade> shade;
  std::vector<std::string> uses{"living"};
  std::vector<std::optional<double>> readings;
  static constexpr std::array kDefaulted{"uses"};
  static constexpr std::array kMembers{
      json::member("name").characters(1, 20).alphabet("a-z"),
      json::member("area").range(1, 500).says("in m²", "em m²"),
      json::member("uses").elements(1, 4).one_of("living sleeping").distinct(),
  };
};
BOOST_DESCRIBE_STRUCT(Room, (), (name, area, shade, uses, readings))

struct Flat {
  std::map<std::string, Room> rooms;
  std::optional<Room> hall;
  std::optional<json::Raw> notes;
};
BOOST_DESCRIBE_STRUCT(Flat, (), (rooms, hall, notes))

namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Schema, OfARequestIsWhatDecodeAccepts) {
  SchemaBook book(Language::en);
  EXPECT_EQ(book.schema<Room>(Direction::request).text(), R"({"$ref":"#/components/schemas/Room"})");
  EXPECT_EQ(
      book.components().text(),
      R"({"Room":{"type":"object","properties":{)"
      R"("name":{"type":"string","minLength":1,"maxLength":20,"pattern":"^[a-z]*$"},)"
      R"("area":{"type":["number","null"],"minimum":1,"maximum":500,"description":"in m²"},)"
      R"("shade":{"type":["string","null"],"enum":["dark","light",null]},)"
      R"("uses":{"type":"array","items":{"type":"string","enum":["living","sleeping"]},"minItems":1,"maxItems":4,)"
      R"("uniqueItems":true,"default":["living"]},)"
      R"("readings":{"type":"array","items":{"type":["number","null"]}}},)"
      R"("required":["name","readings"],"additionalProperties":false}})");
}

TEST(Schema, OfAnAnswerIsWhatEncodeWrites) {
  SchemaBook book(Language::pt_br);
  const std::string made = book.schema<Flat>(Direction::answer).text();
  EXPECT_EQ(
      book.components().text(),
      R"({"Flat":{"type":"object","properties":{"rooms":{"type":"object","additionalProperties":)"
      R"({"$ref":"#/components/schemas/Room"}},"hall":{"$ref":"#/components/schemas/Room"},"notes":{}},)"
      R"("required":["rooms"]},)"
      R"("Room":{"type":"object","properties":{)"
      R"("name":{"type":"string","minLength":1,"maxLength":20,"pattern":"^[a-z]*$"},)"
      R"("area":{"type":"number","minimum":1,"maximum":500,"description":"em m²"},)"
      R"("shade":{"type":"string","enum":["dark","light"]},)"
      R"("uses":{"type":"array","items":{"type":"string","enum":["living","sleeping"]},"minItems":1,"maxItems":4,)"
      R"("uniqueItems":true},"readings":{"type":"array","items":{"type":["number","null"]}}},)"
      R"("required":["name","uses","readings"]}})");
}

TEST(Schema, OfATypeInBothDirectionsHasTwoNames) {
  SchemaBook book(Language::en);
  (void)book.schema<Flat>(Direction::request);
  EXPECT_EQ(book.schema<Room>(Direction::answer).text(), R"({"$ref":"#/components/schemas/Room-Output"})");
  EXPECT_THAT(book.components().text(),
              HasSubstr(R"("hall":{"anyOf":[{"$ref":"#/components/schemas/Room"},{"type":"null"}]})"));
}

TEST(Description, IsTheSameEveryTimeAndDiffersByLanguage) {
  const std::string english = document("1.2.3", Language::en);
  EXPECT_EQ(english, document("1.2.3", Language::en));
  const auto parsed = json::Document::parse(english);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_THAT(english, HasSubstr(R"("openapi":"3.1.0")"));
  const std::string portuguese = document("1.2.3", Language::pt_br);
  EXPECT_TRUE(json::Document::parse(portuguese));
  EXPECT_THAT(portuguese, HasSubstr("Avaliar um imóvel"));
}

TEST(Description, SaysEverythingInBothLanguages) {
  for (const Operation& operation : all_operations()) {
    EXPECT_FALSE(operation.summary.en.empty() || operation.summary.pt.empty()) << operation.id;
    EXPECT_EQ(operation.details.en.empty(), operation.details.pt.empty()) << operation.id;
    EXPECT_FALSE(operation.answers.empty()) << operation.id;
    EXPECT_FALSE(operation.permission.empty()) << operation.id;
    for (const Answer& answer : operation.answers) EXPECT_FALSE(answer.says.pt.empty()) << operation.id;
    for (const Parameter& one : operation.parameters) {
      EXPECT_EQ(one.member.meaning.empty(), one.member.meaning_pt.empty()) << operation.id << " " << one.member.name;
    }
  }
}

TEST(Description, ShowsPathsWithoutTheRoutersTypes) {
  EXPECT_EQ(path_of("/api/v1/ml/models/{model:hash}/valuations"), "/api/v1/ml/models/{model}/valuations");
  EXPECT_EQ(path_of("/health"), "/health");
}

TEST(Description, NamesNoTypeTwice) {
  std::set<std::string> seen;
  for (const Operation& operation : all_operations()) {
    EXPECT_TRUE(seen.insert(std::string(operation.method) + " " + path_of(operation.path)).second) << operation.path;
  }
}

}  // namespace
}  // namespace valion::openapi

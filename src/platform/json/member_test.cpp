// What members may hold: enforced when reading, every breach with its place.
#include "platform/json/member.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/json/described.hpp"

namespace valion::json {

struct Person {
  std::string name;
  std::int64_t age = 0;
  std::vector<std::string> roles;
  std::vector<double> heights;
  std::optional<std::string> title;
  std::map<std::string, std::string> words;
  static constexpr std::array kDefaulted{"heights", "words"};
  static constexpr std::array kMembers{
      member("name").characters(1, 5).alphabet("a-zA-Z0-9.-").but_not("root").says("his name", "o nome dele"),
      member("age").range(0, 150),
      member("roles").elements(1, 3).one_of("admin viewer").distinct(),
      member("heights").at_least(0.5),
      member("title").not_blank(),
      member("words").elements(0, 2).characters(0, 3),
  };
};
BOOST_DESCRIBE_STRUCT(Person, (), (name, age, roles, heights, title, words))

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> objections(std::string_view text, Unknown unknown = Unknown::refused) {
  const auto person = decode<Person>(text, unknown);
  std::vector<std::string> said;
  if (person) return said;
  for (const Violation& one : person.error().violations) said.push_back(one.pointer + " " + one.message);
  return said;
}

TEST(Member, LetsThroughWhatKeepsTheRules) {
  EXPECT_THAT(objections(R"({"name":"ana-1","age":150,"roles":["viewer","admin"],"title":" Dr"})"), IsEmpty());
}

TEST(Member, NamesEveryBreachWithItsPlace) {
  EXPECT_THAT(objections(R"({"name":"","age":151,"roles":[],"title":" \t","heights":[1,0.25],"words":{"a/b":"long"}})"),
              ElementsAre("/name must have 1 to 5 characters", "/age must be from 0 to 150",
                          "/roles must have 1 to 3 elements", "/heights/1 must be at least 0.5",
                          "/title must not be empty", "/words/a~1b must have at most 3 characters"));
}

TEST(Member, SaysWhichTextsAndCharactersThereAre) {
  EXPECT_THAT(objections(R"({"name":"A b","age":1,"roles":["admin","boss","admin"]})"),
              ElementsAre("/name must have 1 to 5 of the characters a-z A-Z 0-9 . -",
                          "/roles/1 must be one of admin, viewer", "/roles/2 stands twice"));
  EXPECT_THAT(objections(R"({"name":"root","age":1,"roles":["admin"]})"), ElementsAre("/name must not be root"));
}

TEST(Member, CountsCharactersNotBytes) {
  EXPECT_THAT(objections(R"({"name":"ana","age":1,"roles":["admin"],"words":{"a":"ééé"}})"), IsEmpty());
}

TEST(Member, AsksNothingOfAnswersOfANewerService) {
  EXPECT_THAT(objections(R"({"name":"much too long","age":999,"roles":["owner"]})", Unknown::ignored), IsEmpty());
}

}  // namespace
}  // namespace valion::json

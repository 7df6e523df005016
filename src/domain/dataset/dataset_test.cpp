// Cleaning and profiling of a handful of sales, and of columns.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "domain/dataset/cleaning.hpp"
#include "domain/dataset/columns.hpp"
#include "domain/dataset/profile.hpp"

namespace valion::dataset {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const double kUnknown = std::nan("");

Column numbers(std::string name, NumberValues values) { return Column{std::move(name), "", std::move(values)}; }

Column texts(std::string name, const std::vector<std::string>& values) {
  TextBuilder builder;
  for (const std::string& value : values) value.empty() ? builder.add_missing() : builder.add(value);
  return Column{std::move(name), "", std::move(builder).finish()};
}

Column dates(std::string name, const std::vector<std::string>& values) {
  DateValues days;
  for (const std::string& value : values)
    days.days.push_back(value.empty() ? kMissingDate : Date::parse(value)->days());
  return Column{std::move(name), "", std::move(days)};
}

// Six sales; the fifth repeats the second.
Table sales() {
  Table table;
  table.columns = {numbers("price", {100, 200, 300, 400, 200, 5}),
                   numbers("depth", {0, 40, 0, 35, 40, 50}),
                   numbers("yrbuilt", {1990, 1950, 1999, kUnknown, 1950, 86}),
                   numbers("year", {1995, 1996, 1997, 1998, 1996, 1997}),
                   numbers("month", {2, 13, 6, 7, 13, 12}),
                   texts("wall", {"brick", "wood", "", "brick", "wood", "stone"}),
                   dates("sold", {"1995-02-01", "1996-01-31", "1997-06-30", "", "1996-01-31", "1997-12-24"})};
  table.row_numbers = {1, 2, 3, 4, 6, 7};
  return table;
}

CleaningRule rule(std::string name, std::string column = {}) {
  CleaningRule made;
  made.rule = std::move(name);
  if (!column.empty()) made.column = std::move(column);
  return made;
}

CleaningRule unknown_if(std::string column, std::vector<Cell> values) {
  CleaningRule made = rule("unknown_if", std::move(column));
  made.values = std::move(values);
  return made;
}

Cleaned cleaned(const std::vector<CleaningRule>& rules, std::string_view target = "price") {
  auto result = clean(sales(), rules, target);
  EXPECT_TRUE(result) << result.error().message;
  return result ? std::move(*result) : Cleaned{};
}

std::vector<std::string> refused(const std::vector<CleaningRule>& rules) {
  const auto result = clean(sales(), rules, "price");
  EXPECT_FALSE(result);
  std::vector<std::string> lines;
  if (!result) {
    for (const Violation& violation : result.error().violations)
      lines.push_back(violation.pointer + " " + violation.message);
  }
  return lines;
}

TEST(Cleaning, AValueThatMeansNotKnownBecomesMissing) {
  CleaningRule zero = unknown_if("depth", {0.0});
  zero.reason = "not recorded";
  const Cleaned result = cleaned({zero});
  EXPECT_EQ(count_missing(*result.table.find("depth")), 2);
  const CleaningStep& step = result.steps.at(0);
  EXPECT_EQ(step.description, "depth = 0 means not known: not recorded");
  EXPECT_EQ(step.rows_touched, 2);
  EXPECT_THAT(step.rows, ElementsAre(1, 3));
  EXPECT_THAT(step.before, ElementsAre("0", "0"));
  EXPECT_THAT(step.after, Each("not known"));
  EXPECT_EQ(step.rows_left, 6);
}

TEST(Cleaning, RowsLeaveTheTableAndKeepTheirNumbers) {
  CleaningRule cheap = rule("drop_rows_if", "price");
  cheap.below = 10;
  cheap.above = 350;
  const Cleaned result = cleaned({cheap});
  EXPECT_THAT(result.table.row_numbers, ElementsAre(1, 2, 3, 6));
  EXPECT_EQ(result.steps[0].description, "rows with price < 10 or > 350 are left out");
  EXPECT_THAT(result.steps[0].rows, ElementsAre(4, 7));
  EXPECT_THAT(result.steps[0].before, ElementsAre("400", "5"));
  EXPECT_EQ(result.steps[0].rows_left, 4);
}

TEST(Cleaning, TextDatesAndMissingValuesCanBeMatchedToo) {
  CleaningRule walls = rule("drop_rows_if", "wall");
  walls.values = {std::string("brick"), std::monostate{}, std::string("mud")};
  EXPECT_THAT(cleaned({walls}).table.row_numbers, ElementsAre(2, 6, 7));
  const Cleaned result =
      cleaned({unknown_if("sold", {std::string("1996-01-31")}), unknown_if("wall", {std::string("wood")})});
  EXPECT_THAT(result.steps[0].rows, ElementsAre(2, 6));
  EXPECT_THAT(result.steps[1].before, ElementsAre("wood", "wood"));
  EXPECT_EQ(count_missing(*result.table.find("sold")), 3);
}

TEST(Cleaning, LaterCopiesOfARowLeave) {
  const Cleaned result = cleaned({rule("drop_duplicates")});
  EXPECT_THAT(result.table.row_numbers, ElementsAre(1, 2, 3, 4, 7));
  EXPECT_THAT(result.steps[0].before, ElementsAre("copy of row 2"));
  CleaningRule by_wall = rule("drop_duplicates");
  by_wall.columns = {"wall"};
  EXPECT_THAT(cleaned({by_wall}).table.row_numbers, ElementsAre(1, 2, 3, 7));
}

TEST(Cleaning, ADateIsMadeFromItsParts) {
  CleaningRule made = rule("date_from_parts");
  made.year = "year";
  made.month = "month";
  made.into = "when";
  const Cleaned result = cleaned({made});
  EXPECT_EQ(value_text(*result.table.find("when"), 0), "1995-02-15");
  EXPECT_EQ(value_text(*result.table.find("when"), 5), "1997-12-15");
  EXPECT_EQ(result.steps[0].rows_touched, 2) << "there is no thirteenth month";
  EXPECT_THAT(result.steps[0].before, ElementsAre("1996, 13", "1996, 13"));
  EXPECT_EQ(result.steps[0].column, "when");
}

TEST(Cleaning, AgeIsNeverNegativeAndSalesBeforeBuildingAreLogged) {
  CleaningRule age = rule("age_at", "yrbuilt");
  age.date = "sold";
  age.into = "age";
  const Cleaned result = cleaned({age});
  const auto& ages = result.table.find("age")->numbers();
  EXPECT_EQ(ages[0], 5);
  EXPECT_EQ(ages[1], 46);
  EXPECT_EQ(ages[2], 0) << "built 1999, sold 1997";
  EXPECT_TRUE(std::isnan(ages[3]));
  EXPECT_TRUE(std::isnan(ages[5])) << "86 is no year";
  EXPECT_THAT(result.steps[0].rows, ElementsAre(3, 7));
  EXPECT_THAT(result.steps[0].before, ElementsAre("-2", "86"));
  EXPECT_THAT(result.steps[0].after, ElementsAre("0", "not known"));
}

TEST(Cleaning, RulesSeeWhatEarlierRulesMade) {
  CleaningRule made = rule("date_from_parts");
  made.year = "year";
  made.month = "month";
  made.into = "when";
  CleaningRule age = rule("age_at", "yrbuilt");
  age.date = "when";
  age.into = "age";
  CleaningRule gone = rule("drop_columns");
  gone.columns = {"year", "month", "when"};
  const Cleaned result = cleaned({made, age, gone});
  EXPECT_EQ(result.table.find("when"), nullptr);
  EXPECT_EQ(result.table.find("age")->numbers()[0], 5);
}

TEST(Cleaning, EverythingThatDoesNotFitIsSaidAtOnce) {
  CleaningRule nothing = rule("unknown_if", "depth");
  CleaningRule target_year = rule("age_at", "price");
  target_year.date = "sold";
  target_year.into = "depth";
  CleaningRule gone = rule("drop_columns");
  gone.columns = {"price", "month"};
  CleaningRule odd = rule("drop_duplicates", "wall");
  odd.columns = {"month"};
  CleaningRule bounds = rule("drop_rows_if", "wall");
  bounds.above = 3;
  EXPECT_THAT(
      refused({rule("polish", "depth"), unknown_if("depht", {0.0}),
               unknown_if("depth", {std::string("0"), std::monostate{}}), nothing, rule("age_at", "yrbuilt"),
               target_year, gone, odd, bounds}),
      ElementsAre(HasSubstr("/rules/0/rule must be one of"), HasSubstr("/rules/1/column there is no column"),
                  HasSubstr("/rules/2/values/0 must be a number"), HasSubstr("/rules/2/values/1 null"),
                  HasSubstr("/rules/3/values say which"), "/rules/4/date is needed by age_at",
                  "/rules/4/into is needed by age_at", HasSubstr("/rules/5/column the target may not"),
                  HasSubstr("/rules/5/into there is already"), HasSubstr("/rules/6/columns/0 the target cannot"),
                  HasSubstr("/rules/7/column is not used"), HasSubstr("/rules/7/columns/0 there is no column"),
                  HasSubstr("/rules/8/above needs a number")));
}

TEST(Cleaning, RulesThatLeaveNoRowsAreRefused) {
  CleaningRule all = rule("drop_rows_if", "price");
  all.above = 0;
  EXPECT_THAT(refused({all}), ElementsAre(HasSubstr("/rules/0 leaves no rows")));
}

TEST(Profile, OfNumbersHasTypeSevenQuantiles) {
  Table table;
  table.columns = {numbers("x", {1, 2, 3, 4, kUnknown})};
  table.row_numbers = {1, 2, 3, 4, 5};
  const ColumnProfile column = profile(table).columns.at(0);
  EXPECT_EQ(column.missing, 1);
  EXPECT_EQ(column.distinct, 4);
  EXPECT_DOUBLE_EQ(*column.q25, 1.75);
  EXPECT_DOUBLE_EQ(*column.median, 2.5);
  EXPECT_DOUBLE_EQ(*column.q95, 3.85);
  EXPECT_DOUBLE_EQ(*column.mean, 2.5);
  EXPECT_DOUBLE_EQ(*column.standard_deviation, std::sqrt(5.0 / 3));
  EXPECT_THAT(column.alerts, ElementsAre("20 % are missing"));
}

TEST(Profile, OfSalesSaysWhatToLookAt) {
  Table table = sales();
  table.columns.push_back(numbers("copy", {100, 200, 300, 400, 200, 5}));
  table.columns.push_back(numbers("same", {7, 7, 7, 7, 7, 7}));
  table.columns.push_back(numbers("empty", NumberValues(6, kUnknown)));
  table.columns.push_back(texts("parcel", {"a", "b", "c", "d", "e", "f"}));
  const Profile result = profile(table);
  EXPECT_EQ(result.rows, 6);
  const auto alerts = [&](std::string_view name) {
    for (const ColumnProfile& column : result.columns) {
      if (column.name == name) return column.alerts;
    }
    return std::vector<std::string>{"no such column"};
  };
  EXPECT_THAT(alerts("depth"), Contains("33 % are zero"));
  EXPECT_THAT(alerts("copy"), Contains("the same values as price"));
  EXPECT_THAT(alerts("same"), ElementsAre("constant"));
  EXPECT_THAT(alerts("empty"), ElementsAre("no value is known"));
  EXPECT_THAT(alerts("parcel"), ElementsAre(HasSubstr("identifier")));
  EXPECT_EQ(result.duplicate_rows, 0) << "parcel differs";
  EXPECT_EQ(profile(sales()).duplicate_rows, 1);
}

TEST(Profile, OfTextAndDates) {
  const Profile result = profile(sales());
  const ColumnProfile& wall = result.columns.at(5);
  EXPECT_EQ(wall.distinct, 3);
  EXPECT_EQ(wall.top.at(0).value, "brick");
  EXPECT_EQ(wall.top.at(0).count, 2);
  EXPECT_EQ(wall.top.at(2).value, "stone");
  EXPECT_EQ(*result.columns.at(6).earliest, "1995-02-01");
  EXPECT_EQ(*result.columns.at(6).latest, "1997-12-24");
}

TEST(Profile, OfAnEmptyTable) {
  Table table;
  table.columns = {numbers("x", {}), texts("t", {})};
  const Profile result = profile(table);
  EXPECT_EQ(result.rows, 0);
  EXPECT_THAT(result.columns.at(0).alerts, IsEmpty());
  EXPECT_FALSE(result.columns.at(0).median);
}

TEST(Columns, SelectKeepsLevelsAndRowNumbers) {
  const Table picked = sales().select({5, 0});
  EXPECT_THAT(picked.row_numbers, ElementsAre(7, 1));
  EXPECT_THAT(picked.find("wall")->texts().levels, ElementsAre("brick", "wood", "stone"));
  EXPECT_EQ(value_text(*picked.find("wall"), 0), "stone");
  EXPECT_EQ(value_text(*picked.find("price"), 1), "100");
}

TEST(Columns, AddingChecksNameAndSize) {
  Table table = sales();
  EXPECT_TRUE(add_column(table, numbers("new", NumberValues(6, 1.0))));
  EXPECT_FALSE(add_column(table, numbers("new", NumberValues(6, 1.0))));
  EXPECT_FALSE(add_column(table, numbers("short", {1.0})));
  EXPECT_FALSE(add_column(table, numbers("", NumberValues(6, 1.0))));
}

TEST(Columns, NumbersAreWrittenShort) {
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(-0.0), "0");
  EXPECT_EQ(number_text(303000), "303000");
}

}  // namespace
}  // namespace valion::dataset

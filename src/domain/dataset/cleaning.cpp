#include "domain/dataset/cleaning.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

#include "base/date.hpp"
#include "domain/dataset/cleaning_check.hpp"
#include "domain/dataset/columns.hpp"

namespace valion::dataset {
namespace {

constexpr int kMiddleOfMonth = 15;
constexpr std::string_view kLeftOut = "left out";
constexpr std::string_view kNotKnown = "not known";

std::string cell_text(const Cell& cell) {
  if (const auto* number = std::get_if<double>(&cell)) return number_text(*number);
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  return std::string(kNotKnown);
}

std::string join(const std::vector<std::string>& parts, std::string_view between) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : std::string(between)) + part;
  return text;
}

// «depth = 0», «beds in {0, 99}», «price < 10000 or > 5000000»
std::string condition_text(const CleaningRule& rule) {
  std::vector<std::string> conditions;
  std::vector<std::string> values;
  for (const Cell& value : rule.values) values.push_back(cell_text(value));
  if (values.size() == 1) conditions.push_back("= " + values.front());
  if (values.size() > 1) conditions.push_back("in {" + join(values, ", ") + "}");
  if (rule.below) conditions.push_back("< " + number_text(*rule.below));
  if (rule.above) conditions.push_back("> " + number_text(*rule.above));
  return *rule.column + " " + join(conditions, " or ");
}

// Decides for one column which rows match a rule's values and bounds.
class Condition {
 public:
  Condition(const CleaningRule& rule, const Column& column) : rule_(rule), column_(column) {
    for (const Cell& value : rule.values) add(value);
  }

  [[nodiscard]] bool matches(std::size_t row) const {
    if (column_.missing(row)) return missing_matches_;
    if (column_.type() == ColumnType::text) return codes_.contains(column_.texts().codes[row]);
    if (column_.type() == ColumnType::date) return codes_.contains(column_.dates().days[row]);
    const double value = column_.numbers()[row];
    return numbers_.contains(value) || (rule_.below && value < *rule_.below) || (rule_.above && value > *rule_.above);
  }

 private:
  void add(const Cell& value) {
    if (std::holds_alternative<std::monostate>(value)) {
      missing_matches_ = true;
    } else if (column_.type() == ColumnType::number) {
      numbers_.insert(std::get<double>(value));
    } else if (column_.type() == ColumnType::date) {
      codes_.insert(Date::parse(std::get<std::string>(value))->days());
    } else {
      const auto& levels = column_.texts().levels;
      for (std::size_t code = 0; code < levels.size(); ++code) {
        if (levels[code] == std::get<std::string>(value)) codes_.insert(static_cast<std::int32_t>(code));
      }
    }
  }

  const CleaningRule& rule_;
  const Column& column_;
  std::set<double> numbers_;
  std::set<std::int32_t> codes_;  // text codes or days
  bool missing_matches_ = false;
};

void touch(CleaningStep& step, const Table& table, std::size_t row, std::string before, std::string_view after) {
  ++step.rows_touched;
  if (step.rows.size() < kRowsLogged) step.rows.push_back(table.row_numbers[row]);
  if (step.before.size() < kValuesLogged) {
    step.before.push_back(std::move(before));
    step.after.emplace_back(after);
  }
}

void set_missing(Column& column, std::size_t row) {
  if (auto* numbers = std::get_if<NumberValues>(&column.values)) {
    (*numbers)[row] = std::nan("");
  } else if (auto* texts = std::get_if<TextValues>(&column.values)) {
    texts->codes[row] = kMissingCode;
  } else {
    std::get<DateValues>(column.values).days[row] = kMissingDate;
  }
}

Column& column_of(Table& table, const std::string& name) {
  return *std::find_if(table.columns.begin(), table.columns.end(),
                       [&](const Column& column) { return column.name == name; });
}

void unknown_if(Table& table, const CleaningRule& rule, CleaningStep& step) {
  step.description = condition_text(rule) + " means not known";
  Column& column = column_of(table, *rule.column);
  const Condition condition(rule, column);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!condition.matches(row)) continue;
    touch(step, table, row, value_text(column, row), kNotKnown);
    set_missing(column, row);
  }
}

void drop_rows_if(Table& table, const CleaningRule& rule, CleaningStep& step) {
  step.description = "rows with " + condition_text(rule) + " are left out";
  const Column& column = *table.find(*rule.column);
  const Condition condition(rule, column);
  std::vector<std::size_t> kept;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (condition.matches(row)) {
      touch(step, table, row, value_text(column, row), kLeftOut);
    } else {
      kept.push_back(row);
    }
  }
  if (kept.size() < table.rows()) table = table.select(kept);
}

void drop_duplicates(Table& table, const CleaningRule& rule, CleaningStep& step) {
  step.description =
      "the first of rows with equal " + (rule.columns.empty() ? "values" : join(rule.columns, ", ")) + " stays";
  std::vector<const Column*> columns;
  for (const Column& column : table.columns) {
    const auto& named = rule.columns;
    if (named.empty() || std::find(named.begin(), named.end(), column.name) != named.end()) columns.push_back(&column);
  }
  const auto first = first_equal_row(columns, table.rows());
  std::vector<std::size_t> kept;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (first[row] == row) {
      kept.push_back(row);
    } else {
      touch(step, table, row, "copy of row " + std::to_string(table.row_numbers[first[row]]), kLeftOut);
    }
  }
  if (kept.size() < table.rows()) table = table.select(kept);
}

// A whole number that an int holds, else -1 (no part of a date is negative).
int whole(double value) {
  return std::isfinite(value) && value >= 0 && value <= 9999 && value == std::floor(value) ? static_cast<int>(value)
                                                                                           : -1;
}

void date_from_parts(Table& table, const CleaningRule& rule, CleaningStep& step) {
  step.column = *rule.into;
  step.description = *rule.into + " is made from " + *rule.year + " and " + *rule.month +
                     (rule.day ? " and " + *rule.day : ", the 15th of the month");
  const Column& year = *table.find(*rule.year);
  const Column& month = *table.find(*rule.month);
  const Column* day = rule.day ? table.find(*rule.day) : nullptr;
  DateValues made;
  made.days.reserve(table.rows());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const int day_of_month = day == nullptr ? kMiddleOfMonth : whole(day->numbers()[row]);
    const int date_year = whole(year.numbers()[row]);
    const auto date =
        date_year < 1000 ? std::nullopt : Date::from_parts(date_year, whole(month.numbers()[row]), day_of_month);
    made.days.push_back(date ? date->days() : kMissingDate);
    if (date) continue;
    std::string parts = value_text(year, row) + ", " + value_text(month, row);
    if (day != nullptr) parts += ", " + value_text(*day, row);
    touch(step, table, row, std::move(parts), kNotKnown);
  }
  table.columns.push_back(Column{*rule.into, "", std::move(made)});
}

void age_at(Table& table, const CleaningRule& rule, CleaningStep& step) {
  step.column = *rule.into;
  step.description = *rule.into + " is the year of " + *rule.date + " less " + *rule.column + ", never below 0";
  const Column& built = *table.find(*rule.column);
  const Column& date = *table.find(*rule.date);
  NumberValues ages(table.rows(), std::nan(""));
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (built.missing(row) || date.missing(row)) continue;
    const int year = whole(built.numbers()[row]);
    if (year < 1000) {  // 0, 86, 1986.5: no calendar year
      touch(step, table, row, value_text(built, row), kNotKnown);
      continue;
    }
    const int age = Date(date.dates().days[row]).year() - year;
    ages[row] = std::max(age, 0);
    if (age < 0) touch(step, table, row, std::to_string(age), "0");
  }
  table.columns.push_back(Column{*rule.into, "years", std::move(ages)});
}

void drop_columns(Table& table, const CleaningRule& rule, CleaningStep& step) {
  step.description = "columns " + join(rule.columns, ", ") + " are left out";
  for (const std::string& name : rule.columns) remove_column(table, name);
}

void apply(Table& table, const CleaningRule& rule, CleaningStep& step) {
  if (rule.rule == "unknown_if") unknown_if(table, rule, step);
  if (rule.rule == "drop_rows_if") drop_rows_if(table, rule, step);
  if (rule.rule == "drop_duplicates") drop_duplicates(table, rule, step);
  if (rule.rule == "date_from_parts") date_from_parts(table, rule, step);
  if (rule.rule == "age_at") age_at(table, rule, step);
  if (rule.rule == "drop_columns") drop_columns(table, rule, step);
}

}  // namespace

Result<Cleaned> clean(Table table, const std::vector<CleaningRule>& rules, std::string_view target) {
  VALION_TRY(check_rules(table, rules, target));
  Cleaned cleaned{std::move(table), {}};
  for (std::size_t position = 0; position < rules.size(); ++position) {
    const CleaningRule& rule = rules[position];
    CleaningStep step;
    step.rule = rule.rule;
    step.column = rule.column ? *rule.column : join(rule.columns, ", ");
    apply(cleaned.table, rule, step);
    if (rule.reason && !rule.reason->empty()) step.description += ": " + *rule.reason;
    step.rows_left = static_cast<std::int64_t>(cleaned.table.rows());
    if (step.rows_left == 0) {
      Error error = make_error(ErrorKind::invalid, "the cleaning rules leave no rows; nothing was done");
      error.add(
          Violation{"/rules/" + std::to_string(position), "leaves no rows (" + step.description + ")", -1, {}, {}});
      return fail(std::move(error));
    }
    cleaned.steps.push_back(std::move(step));
  }
  return cleaned;
}

}  // namespace valion::dataset

#include "ingest/csv/column_reading.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace valion::csv {
namespace {

using dataset::ColumnType;

constexpr double kAlmostAll = 0.95;

Violation at_pointer(std::string pointer, std::string message, std::string value = {}) {
  Violation violation;
  violation.pointer = std::move(pointer);
  violation.message = std::move(message);
  violation.value = std::move(value);
  return violation;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (text.size() > 400) return text + ", …";
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

// What the columns that leave no doubt say about the file's habits.
struct Habits {
  bool points = false, commas = false;  // decimal signs
  bool days_first = false, months_first = false;
};

bool reads_as_numbers(const CsvColumn& declared, const ColumnSurvey& survey) {
  return declared.type == "number" ||
         (declared.type == "auto" && survey.present() > 0 && survey.numbers() == survey.present());
}

bool reads_as_dates(const CsvColumn& declared, const ColumnSurvey& survey) {
  const bool one_form = survey.of(ValueKind::iso_date) == 0 || survey.of(ValueKind::iso_date) == survey.dates();
  return declared.type == "date" ||
         (declared.type == "auto" && survey.present() > 0 && survey.dates() == survey.present() && one_form);
}

Habits habits_of(const std::vector<CsvColumn>& declared, const std::vector<ColumnSurvey>& surveys) {
  Habits habits;
  for (std::size_t i = 0; i < declared.size(); ++i) {
    const ColumnSurvey& survey = surveys[i];
    if (reads_as_numbers(declared[i], survey)) {
      const std::int64_t points = survey.of(ValueKind::decimal_point);
      const std::int64_t commas = survey.of(ValueKind::decimal_comma);
      habits.points |= points > 0 && commas == 0;
      habits.commas |= commas > 0 && points == 0;
    } else if (reads_as_dates(declared[i], survey)) {
      const std::int64_t days = survey.of(ValueKind::day_first);
      const std::int64_t months = survey.of(ValueKind::month_first);
      habits.days_first |= days > 0 && months == 0;
      habits.months_first |= months > 0 && days == 0;
    }
  }
  return habits;
}

// Whether the decimal sign is a comma; nullopt when it cannot be told.
std::optional<bool> decimal_comma(const ColumnSurvey& survey, const Habits& habits, char delimiter) {
  const std::int64_t points = survey.of(ValueKind::decimal_point);
  const std::int64_t commas = survey.of(ValueKind::decimal_comma);
  if (points + commas > 0) return commas > points;  // where both stand, the fewer are violations
  if (survey.of(ValueKind::point_or_comma) == 0) return false;
  if (habits.points != habits.commas) return habits.commas;
  if (!habits.points && delimiter == ',') return false;
  return std::nullopt;
}

std::optional<bool> month_comes_first(const ColumnSurvey& survey, const Habits& habits) {
  const std::int64_t days = survey.of(ValueKind::day_first);
  const std::int64_t months = survey.of(ValueKind::month_first);
  if (days + months > 0) return months > days;
  if (survey.of(ValueKind::day_or_month) == 0) return false;
  if (habits.days_first != habits.months_first) return habits.months_first;
  if (!habits.days_first && habits.commas && !habits.points) return false;
  return std::nullopt;
}

class Decision {
 public:
  Decision(const Habits& habits, char delimiter, std::vector<CsvNote>& notes)
      : habits_(habits), delimiter_(delimiter), notes_(notes) {}

  ColumnReading operator()(const CsvColumn& declared, const ColumnSurvey& survey);

 private:
  void note(const std::string& column, std::string message) { notes_.push_back(CsvNote{column, std::move(message)}); }
  void number(const CsvColumn& declared, const ColumnSurvey& survey, ColumnReading& reading);
  void date(const ColumnSurvey& survey, ColumnReading& reading);
  [[nodiscard]] bool stays_text(const CsvColumn& declared, const ColumnSurvey& survey);

  const Habits& habits_;
  char delimiter_;
  std::vector<CsvNote>& notes_;
};

// An undeclared column of numbers that had better stay text.
bool Decision::stays_text(const CsvColumn& declared, const ColumnSurvey& survey) {
  if (declared.type != "auto") return false;
  if (survey.of(ValueKind::code) > 0) {
    note(declared.name, "read as text: some of its digits would be lost in a number (declare it number if it is one)");
    return true;
  }
  if (survey.of(ValueKind::decimal_point) > 0 && survey.of(ValueKind::decimal_comma) > 0) {
    note(declared.name, "read as text: some numbers have a decimal point, others a decimal comma");
    return true;
  }
  if (!decimal_comma(survey, habits_, delimiter_)) {
    note(declared.name, "read as text: its numbers could be 1.234 thousands or decimals; write the decimals out");
    return true;
  }
  return false;
}

void Decision::number(const CsvColumn& declared, const ColumnSurvey& survey, ColumnReading& reading) {
  reading.type = ColumnType::number;
  const auto comma = decimal_comma(survey, habits_, delimiter_);
  reading.comma = comma.value_or(false);
  reading.undecided = !comma;
  if (!comma) return;
  if (*comma) note(declared.name, "numbers are written 1.234,56");
  const bool told = survey.of(ValueKind::decimal_point) + survey.of(ValueKind::decimal_comma) > 0;
  if (!*comma && !told && survey.of(ValueKind::point_or_comma) > 0) {
    note(declared.name, "numbers are written 1,234.56, as the rest of the file suggests");
  }
}

void Decision::date(const ColumnSurvey& survey, ColumnReading& reading) {
  reading.type = ColumnType::date;
  const std::int64_t iso = survey.of(ValueKind::iso_date);
  reading.iso = iso * 2 >= survey.dates();
  if (reading.iso) return;
  const auto month_first = month_comes_first(survey, habits_);
  reading.month_first = month_first.value_or(false);
  reading.undecided = !month_first;
  if (month_first)
    note(reading.name, *month_first ? "dates are written month, day, year" : "dates are written day, month, year");
}

ColumnReading Decision::operator()(const CsvColumn& declared, const ColumnSurvey& survey) {
  ColumnReading reading;
  reading.name = declared.name;
  reading.unit = declared.unit;
  reading.required = declared.required;
  if (reads_as_numbers(declared, survey)) {
    if (!stays_text(declared, survey)) number(declared, survey, reading);
  } else if (reads_as_dates(declared, survey)) {
    date(survey, reading);
  } else if (declared.type == "auto" && survey.present() == 0) {
    note(declared.name, "no value is known; read as text");
  } else if (declared.type == "auto" &&
             static_cast<double>(survey.numbers()) >= kAlmostAll * static_cast<double>(survey.present())) {
    note(declared.name, "read as text: row " + std::to_string(survey.first_text_row) + " is no number, though " +
                            std::to_string(survey.numbers()) + " of " + std::to_string(survey.present()) +
                            " values are (declare it number to have the others reported)");
  }
  return reading;
}

}  // namespace

std::int64_t ColumnSurvey::present() const {
  std::int64_t total = 0;
  for (const std::int64_t one : count) total += one;
  return total - of(ValueKind::missing);
}

std::int64_t ColumnSurvey::numbers() const {
  return of(ValueKind::non_finite) + of(ValueKind::integer) + of(ValueKind::code) + of(ValueKind::decimal_point) +
         of(ValueKind::decimal_comma) + of(ValueKind::point_or_comma);
}

std::int64_t ColumnSurvey::dates() const {
  return of(ValueKind::iso_date) + of(ValueKind::day_first) + of(ValueKind::month_first) + of(ValueKind::day_or_month) +
         of(ValueKind::day_equals_month);
}

std::vector<CsvColumn> declarations_for(const std::vector<std::string>& names, const CsvOptions& options,
                                        Error& error) {
  std::vector<CsvColumn> declared;
  std::map<std::string_view, std::size_t> position;
  for (const std::string& name : names) {
    position.emplace(name, declared.size());
    declared.push_back(CsvColumn{name, "auto", "", false});
  }
  std::map<std::string_view, std::size_t> seen;
  for (std::size_t i = 0; i < options.columns.size(); ++i) {
    const CsvColumn& column = options.columns[i];
    const std::string pointer = "/columns/" + std::to_string(i);
    const bool known_type =
        column.type == "auto" || column.type == "number" || column.type == "text" || column.type == "date";
    if (!known_type) error.add(at_pointer(pointer + "/type", "must be one of auto, number, text, date", column.type));
    if (!seen.emplace(column.name, i).second)
      error.add(at_pointer(pointer + "/name", "is declared twice", column.name));
    if (column.name == options.target && (column.type == "text" || column.type == "date")) {
      error.add(at_pointer(pointer + "/type", "the target must be a number", column.type));
    }
    const auto found = position.find(column.name);
    if (found == position.end()) {
      error.add(at_pointer(pointer + "/name",
                           "there is no column «" + column.name + "» in the file; it has " + listed(names),
                           column.name));
    } else if (known_type) {
      declared[found->second] = column;
    }
  }
  if (options.target.empty()) return declared;
  const auto target = position.find(options.target);
  if (target == position.end()) {
    error.add(at_pointer("/target", "there is no column «" + options.target + "» in the file; it has " + listed(names),
                         options.target));
  } else {
    declared[target->second].type = "number";
  }
  return declared;
}

std::vector<ColumnReading> decide(const std::vector<CsvColumn>& declared, const std::vector<ColumnSurvey>& surveys,
                                  char delimiter, std::vector<CsvNote>& notes) {
  const Habits habits = habits_of(declared, surveys);
  Decision decision(habits, delimiter, notes);
  std::vector<ColumnReading> readings;
  readings.reserve(declared.size());
  for (std::size_t i = 0; i < declared.size(); ++i) readings.push_back(decision(declared[i], surveys[i]));
  return readings;
}

std::string_view misfit(const ColumnReading& reading, ValueKind kind) noexcept {
  if (kind == ValueKind::missing) return reading.required ? "is required, and missing" : "";
  if (reading.type == ColumnType::text) return "";
  if (reading.type == ColumnType::number) {
    switch (kind) {
      case ValueKind::integer:
      case ValueKind::code: return "";
      case ValueKind::decimal_point:
        return reading.comma ? "has a decimal point, where the column has decimal commas" : "";
      case ValueKind::decimal_comma:
        return reading.comma ? "" : "has a decimal comma, where the column has decimal points";
      case ValueKind::point_or_comma:
        return reading.undecided ? "could be thousands or decimals, as could the whole column; write the decimals out"
                                 : "";
      case ValueKind::non_finite: return "is not a finite number";
      default: return "is not a number";
    }
  }
  switch (kind) {
    case ValueKind::iso_date: return reading.iso ? "" : "is written yyyy-mm-dd, unlike the rest of the column";
    case ValueKind::day_or_month:
      if (reading.iso) return "is not written yyyy-mm-dd, as the rest of the column is";
      return reading.undecided
                 ? "could be day/month or month/day, as could the whole column; write it yyyy-mm-dd, or declare it text"
                 : "";
    case ValueKind::day_equals_month:
      return reading.iso ? "is not written yyyy-mm-dd, as the rest of the column is" : "";
    case ValueKind::day_first:
      if (reading.iso) return "is not written yyyy-mm-dd, as the rest of the column is";
      return reading.month_first ? "is no date as month, day, year, as the rest of the column is" : "";
    case ValueKind::month_first:
      if (reading.iso) return "is not written yyyy-mm-dd, as the rest of the column is";
      return reading.month_first ? "" : "is no date as day, month, year, as the rest of the column is";
    default: return "is not a date";
  }
}

}  // namespace valion::csv

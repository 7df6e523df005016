#include "domain/dataset/cleaning_check.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/date.hpp"
#include "domain/dataset/columns.hpp"

namespace valion::dataset {
namespace {

struct RuleForm {
  std::string_view name;
  std::set<std::string_view> needs;   // members that must be there
  std::set<std::string_view> allows;  // members that may be
};

const std::array<RuleForm, 6>& rule_forms() {
  static const std::array<RuleForm, 6> kForms{{
      {"unknown_if", {"column"}, {"values", "below", "above"}},
      {"drop_rows_if", {"column"}, {"values", "below", "above"}},
      {"drop_duplicates", {}, {"columns"}},
      {"date_from_parts", {"year", "month", "into"}, {"day"}},
      {"age_at", {"column", "date", "into"}, {}},
      {"drop_columns", {"columns"}, {}},
  }};
  return kForms;
}

std::set<std::string_view> members_of(const CleaningRule& rule) {
  const std::array<std::pair<std::string_view, bool>, 10> kMembers{{{"column", rule.column.has_value()},
                                                                    {"values", !rule.values.empty()},
                                                                    {"below", rule.below.has_value()},
                                                                    {"above", rule.above.has_value()},
                                                                    {"columns", !rule.columns.empty()},
                                                                    {"year", rule.year.has_value()},
                                                                    {"month", rule.month.has_value()},
                                                                    {"day", rule.day.has_value()},
                                                                    {"date", rule.date.has_value()},
                                                                    {"into", rule.into.has_value()}}};
  std::set<std::string_view> present;
  for (const auto& [name, there] : kMembers) {
    if (there) present.insert(name);
  }
  return present;
}

// Follows the table's columns from rule to rule and collects what does not fit.
class RuleChecker {
 public:
  RuleChecker(const Table& table, std::string_view target) : target_(target) {
    for (const Column& column : table.columns) types_.emplace(column.name, column.type());
    error_ = make_error(ErrorKind::invalid, "the cleaning rules do not fit the table; nothing was done");
  }

  void check(std::size_t position, const CleaningRule& rule);
  [[nodiscard]] Result<void> result() && {
    if (error_.violation_total > 0) return fail(std::move(error_));
    return {};
  }

 private:
  void violation(std::string_view member, std::string message, std::string value = {}) {
    Violation found;
    found.pointer = "/rules/" + std::to_string(position_) + "/" + std::string(member);
    found.message = std::move(message);
    found.value = std::move(value);
    error_.add(std::move(found));
  }
  [[nodiscard]] bool check_members(const CleaningRule& rule);
  // The column's type; a violation when there is none of that name, or when it has another type than `wanted`.
  std::optional<ColumnType> column(std::string_view member, const std::string& name,
                                   std::optional<ColumnType> wanted = {});
  void source(std::string_view member, const std::string& name, ColumnType wanted);
  void make(const std::optional<std::string>& into, ColumnType type);
  void check_condition(const CleaningRule& rule);
  void check_value(const CleaningRule& rule, std::size_t index, ColumnType type);
  void check_bounds(const CleaningRule& rule, ColumnType type);
  void check_drop(const CleaningRule& rule);

  std::string_view target_;
  std::map<std::string, ColumnType, std::less<>> types_;
  std::size_t position_ = 0;
  Error error_;
};

bool RuleChecker::check_members(const CleaningRule& rule) {
  const auto& forms = rule_forms();
  const auto form =
      std::find_if(forms.begin(), forms.end(), [&](const RuleForm& one) { return one.name == rule.rule; });
  if (form == forms.end()) {
    std::string names;
    for (const RuleForm& one : forms) names += (names.empty() ? "" : ", ") + std::string(one.name);
    violation("rule", "must be one of " + names, rule.rule);
    return false;
  }
  const auto present = members_of(rule);
  bool complete = true;
  for (const auto needed : form->needs) {
    if (present.contains(needed)) continue;
    violation(needed, "is needed by " + rule.rule);
    complete = false;
  }
  for (const auto given : present) {
    if (form->needs.contains(given) || form->allows.contains(given)) continue;
    violation(given, "is not used by " + rule.rule + "; take it out");
  }
  return complete;
}

std::optional<ColumnType> RuleChecker::column(std::string_view member, const std::string& name,
                                              std::optional<ColumnType> wanted) {
  const auto found = types_.find(name);
  if (found == types_.end()) {
    std::string names;
    for (const auto& [known, type] : types_) names += (names.empty() ? "" : ", ") + known;
    if (names.size() > 400) names = names.substr(0, 400) + "…";
    violation(member, "there is no column of this name at this point; there are " + names, name);
    return std::nullopt;
  }
  if (wanted && found->second != *wanted) {
    violation(member,
              "must be a " + std::string(name_of(*wanted)) + " column, and this is a " +
                  std::string(name_of(found->second)) + " column",
              name);
    return std::nullopt;
  }
  return found->second;
}

void RuleChecker::source(std::string_view member, const std::string& name, ColumnType wanted) {
  if (!column(member, name, wanted)) return;
  if (name == target_) violation(member, "the target may not make a column: it would leak the price", name);
}

void RuleChecker::make(const std::optional<std::string>& into, ColumnType type) {
  if (into->empty()) {
    violation("into", "a column needs a name");
  } else if (!types_.emplace(*into, type).second) {
    violation("into", "there is already a column of this name", *into);
  }
}

void RuleChecker::check_value(const CleaningRule& rule, std::size_t index, ColumnType type) {
  const std::string member = "values/" + std::to_string(index);
  const Cell& value = rule.values[index];
  if (std::holds_alternative<std::monostate>(value)) {
    if (rule.rule == "unknown_if") violation(member, "null is already «not known»; take it out");
  } else if (type == ColumnType::number) {
    if (!std::holds_alternative<double>(value)) violation(member, "must be a number, as the column is");
  } else if (!std::holds_alternative<std::string>(value)) {
    violation(member, "must be text, as the column is");
  } else if (type == ColumnType::date && !Date::parse(std::get<std::string>(value))) {
    violation(member, "must be a date, yyyy-mm-dd", std::get<std::string>(value));
  }
}

void RuleChecker::check_bounds(const CleaningRule& rule, ColumnType type) {
  for (const auto& [member, bound] : {std::pair{"below", rule.below}, std::pair{"above", rule.above}}) {
    if (!bound) continue;
    if (type != ColumnType::number) violation(member, "needs a number column", *rule.column);
    if (!std::isfinite(*bound)) violation(member, "must be a finite number");
  }
  if (rule.below && rule.above && *rule.below > *rule.above) {
    violation("below", "is greater than `above`: every value would match");
  }
}

void RuleChecker::check_condition(const CleaningRule& rule) {
  if (rule.values.empty() && !rule.below && !rule.above) violation("values", "say which cells: values, below or above");
  const auto type = column("column", *rule.column);
  if (!type) return;
  for (std::size_t index = 0; index < rule.values.size(); ++index) check_value(rule, index, *type);
  check_bounds(rule, *type);
}

void RuleChecker::check_drop(const CleaningRule& rule) {
  for (std::size_t index = 0; index < rule.columns.size(); ++index) {
    const std::string member = "columns/" + std::to_string(index);
    const std::string& name = rule.columns[index];
    if (!column(member, name)) continue;
    if (name == target_) {
      violation(member, "the target cannot be dropped", name);
    } else {
      types_.erase(name);
    }
  }
  if (types_.empty()) violation("columns", "at least one column must stay");
}

void RuleChecker::check(std::size_t position, const CleaningRule& rule) {
  position_ = position;
  if (!check_members(rule)) return;
  if (rule.rule == "unknown_if" || rule.rule == "drop_rows_if") {
    check_condition(rule);
  } else if (rule.rule == "drop_duplicates") {
    for (std::size_t index = 0; index < rule.columns.size(); ++index) {
      column("columns/" + std::to_string(index), rule.columns[index]);
    }
  } else if (rule.rule == "date_from_parts") {
    source("year", *rule.year, ColumnType::number);
    source("month", *rule.month, ColumnType::number);
    if (rule.day) source("day", *rule.day, ColumnType::number);
    make(rule.into, ColumnType::date);
  } else if (rule.rule == "age_at") {
    source("column", *rule.column, ColumnType::number);
    source("date", *rule.date, ColumnType::date);
    make(rule.into, ColumnType::number);
  } else {
    check_drop(rule);
  }
}

}  // namespace

Result<void> check_rules(const Table& table, const std::vector<CleaningRule>& rules, std::string_view target) {
  RuleChecker checker(table, target);
  for (std::size_t position = 0; position < rules.size(); ++position) checker.check(position, rules[position]);
  return std::move(checker).result();
}

}  // namespace valion::dataset

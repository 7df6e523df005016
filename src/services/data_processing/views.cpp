#include "services/data_processing/views.hpp"

#include <utility>

#include "domain/dataset/columns.hpp"

namespace valion::data {
namespace {

contracts::ColumnProfile column_profile_view(const dataset::ColumnProfile& column) {
  contracts::ColumnProfile view;
  view.name = column.name;
  view.type = dataset::name_of(column.type);
  view.missing = column.missing;
  view.distinct = column.distinct;
  view.minimum = column.minimum;
  view.q05 = column.q05;
  view.q25 = column.q25;
  view.median = column.median;
  view.q75 = column.q75;
  view.q95 = column.q95;
  view.maximum = column.maximum;
  view.mean = column.mean;
  view.standard_deviation = column.standard_deviation;
  view.earliest = column.earliest;
  view.latest = column.latest;
  for (const dataset::ValueCount& one : column.top) view.top.push_back(contracts::ValueCount{one.value, one.count});
  view.alerts = column.alerts;
  return view;
}

}  // namespace

std::vector<contracts::ColumnView> columns_of(const dataset::Table& table) {
  std::vector<contracts::ColumnView> views;
  for (const dataset::Column& column : table.columns) {
    views.push_back(contracts::ColumnView{column.name, std::string(dataset::name_of(column.type())), column.unit,
                                          dataset::count_missing(column)});
  }
  return views;
}

contracts::Profile profile_view(const dataset::Profile& profile, const Hash& version) {
  contracts::Profile view;
  view.version = version;
  view.rows = profile.rows;
  view.duplicate_rows = profile.duplicate_rows;
  for (const dataset::ColumnProfile& column : profile.columns) view.columns.push_back(column_profile_view(column));
  return view;
}

csv::CsvOptions csv_options(const contracts::ImportOptions& options) {
  csv::CsvOptions result;
  result.target = options.target;
  for (const contracts::ColumnDeclaration& column : options.columns) {
    result.columns.push_back(csv::CsvColumn{column.name, column.type, column.unit, column.required});
  }
  return result;
}

std::vector<contracts::CleaningStep> import_steps(const csv::CsvTable& read) {
  std::vector<contracts::CleaningStep> steps;
  for (const csv::CsvNote& note : read.notes) {
    contracts::CleaningStep step;
    step.rule = "import";
    step.column = note.column;
    step.description = note.column + ": " + note.message;
    step.rows_left = static_cast<std::int64_t>(read.table.rows());
    steps.push_back(std::move(step));
  }
  return steps;
}

std::vector<dataset::CleaningRule> domain_rules(const std::vector<contracts::CleaningRule>& rules) {
  std::vector<dataset::CleaningRule> result;
  for (const contracts::CleaningRule& rule : rules) {
    result.push_back(dataset::CleaningRule{rule.rule, rule.column, rule.values, rule.below, rule.above, rule.columns,
                                           rule.year, rule.month, rule.day, rule.date, rule.into, rule.reason});
  }
  return result;
}

std::vector<contracts::CleaningStep> step_views(const std::vector<dataset::CleaningStep>& steps) {
  std::vector<contracts::CleaningStep> views;
  for (const dataset::CleaningStep& step : steps) {
    views.push_back(contracts::CleaningStep{step.rule, step.description, step.column, step.rows_touched, step.rows,
                                            step.before, step.after, step.rows_left});
  }
  return views;
}

}  // namespace valion::data

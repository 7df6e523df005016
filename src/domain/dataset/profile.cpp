#include "domain/dataset/profile.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>
#include <unordered_map>
#include <utility>

#include "base/date.hpp"
#include "domain/dataset/columns.hpp"
#include "domain/stats/descriptive.hpp"

namespace valion::dataset {
namespace {

constexpr std::size_t kTopValues = 10;
constexpr double kMissingShare = 0.05;  // from here on missing values are worth a word
constexpr double kZeroShare = 0.05;
constexpr double kRareShare = 0.01;  // so few that they look like mistakes
constexpr double kFenceWidth = 3;    // Tukey's outer fence, in interquartile ranges

std::string percent(std::int64_t count, std::size_t rows) {
  const double share = 100.0 * static_cast<double>(count) / static_cast<double>(rows);
  std::array<char, 32> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), share, std::chars_format::fixed, share < 10 ? 1 : 0).ptr;
  return std::string(text.data(), end) + " %";
}

bool at_least(std::int64_t count, double share, std::size_t rows) {
  return count > 0 && static_cast<double>(count) >= share * static_cast<double>(rows);
}

template <class T>
std::int64_t distinct_in(const std::vector<T>& sorted) {
  std::int64_t distinct = sorted.empty() ? 0 : 1;
  for (std::size_t i = 1; i < sorted.size(); ++i) distinct += sorted[i] != sorted[i - 1] ? 1 : 0;
  return distinct;
}

void number_alerts(const std::vector<double>& sorted, std::size_t rows, ColumnProfile& result) {
  const auto [zero_begin, zero_end] = std::equal_range(sorted.begin(), sorted.end(), 0.0);
  const std::int64_t zeros = zero_end - zero_begin;
  const std::int64_t negatives = zero_begin - sorted.begin();
  const std::int64_t positives = sorted.end() - zero_end;
  if (result.distinct > 2 && at_least(zeros, kZeroShare, rows))
    result.alerts.push_back(percent(zeros, rows) + " are zero");
  if (zeros > 0 && negatives == 0 && !at_least(zeros, kRareShare, rows) && result.distinct > 2 && result.q05 > 0) {
    result.alerts.push_back(std::to_string(zeros) + (zeros == 1 ? " is zero" : " are zero"));
  }
  if (negatives > 0 && positives > 0 && !at_least(negatives, kRareShare, rows)) {
    result.alerts.push_back(std::to_string(negatives) + (negatives == 1 ? " is negative" : " are negative"));
  }
  const double width = kFenceWidth * (*result.q75 - *result.q25);
  if (width <= 0) return;
  const auto low = std::lower_bound(sorted.begin(), sorted.end(), *result.q25 - width) - sorted.begin();
  const auto high = sorted.end() - std::upper_bound(sorted.begin(), sorted.end(), *result.q75 + width);
  if (low + high > 0) {
    result.alerts.push_back(std::to_string(low + high) + " beyond three interquartile ranges from the quartiles");
  }
}

void profile_numbers(const NumberValues& values, ColumnProfile& result) {
  std::vector<double> sorted;
  sorted.reserve(values.size());
  std::copy_if(values.begin(), values.end(), std::back_inserter(sorted),
               [](double value) { return !std::isnan(value); });
  std::sort(sorted.begin(), sorted.end());
  result.distinct = distinct_in(sorted);
  if (sorted.empty()) return;
  result.minimum = sorted.front();
  result.q05 = stats::quantile_of_sorted(sorted, 0.05);
  result.q25 = stats::quantile_of_sorted(sorted, 0.25);
  result.median = stats::quantile_of_sorted(sorted, 0.5);
  result.q75 = stats::quantile_of_sorted(sorted, 0.75);
  result.q95 = stats::quantile_of_sorted(sorted, 0.95);
  result.maximum = sorted.back();
  result.mean = stats::mean(sorted);
  if (sorted.size() > 1) result.standard_deviation = stats::standard_deviation(sorted);
  number_alerts(sorted, values.size(), result);
}

void profile_texts(const TextValues& values, ColumnProfile& result) {
  std::vector<ValueCount> counts;
  for (const std::string& level : values.levels) counts.push_back(ValueCount{level, 0});
  for (const std::int32_t code : values.codes) {
    if (code != kMissingCode) ++counts[static_cast<std::size_t>(code)].count;
  }
  std::erase_if(counts, [](const ValueCount& count) { return count.count == 0; });  // levels whose rows were left out
  result.distinct = static_cast<std::int64_t>(counts.size());
  const std::size_t shown = std::min(kTopValues, counts.size());
  std::partial_sort(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(shown), counts.end(),
                    [](const ValueCount& a, const ValueCount& b) {
                      return a.count != b.count ? a.count > b.count : a.value < b.value;
                    });
  counts.resize(shown);
  result.top = std::move(counts);
  const std::int64_t present = static_cast<std::int64_t>(values.codes.size()) - result.missing;
  if (present > 1 && result.distinct == present) result.alerts.emplace_back("every value differs: an identifier?");
}

void profile_dates(const DateValues& values, ColumnProfile& result) {
  std::vector<std::int32_t> sorted;
  sorted.reserve(values.days.size());
  std::copy_if(values.days.begin(), values.days.end(), std::back_inserter(sorted),
               [](auto day) { return day != kMissingDate; });
  std::sort(sorted.begin(), sorted.end());
  result.distinct = distinct_in(sorted);
  if (sorted.empty()) return;
  result.earliest = Date(sorted.front()).text();
  result.latest = Date(sorted.back()).text();
}

ColumnProfile profile_column(const Column& column) {
  ColumnProfile result;
  result.name = column.name;
  result.type = column.type();
  result.missing = count_missing(column);
  const std::size_t rows = column.size();
  if (rows > 0 && static_cast<std::size_t>(result.missing) == rows) {
    result.alerts.emplace_back("no value is known");
  } else if (at_least(result.missing, kMissingShare, rows)) {
    result.alerts.push_back(percent(result.missing, rows) + " are missing");
  }
  switch (column.type()) {
    case ColumnType::number: profile_numbers(column.numbers(), result); break;
    case ColumnType::text: profile_texts(column.texts(), result); break;
    case ColumnType::date: profile_dates(column.dates(), result); break;
  }
  if (result.distinct == 1 && rows > 1) result.alerts.emplace_back("constant");
  return result;
}

std::size_t hash_of(const Column& column) {
  std::size_t hash = static_cast<std::size_t>(column.type());
  const std::hash<Cell> one;
  for (std::size_t row = 0; row < column.size(); ++row) hash = hash * 1'000'003 + one(column.cell(row));
  return hash;
}

bool same_values(const Column& a, const Column& b) {
  if (a.type() != b.type()) return false;
  for (std::size_t row = 0; row < a.size(); ++row) {
    if (a.cell(row) != b.cell(row)) return false;
  }
  return true;
}

// A copy of an earlier column says so.
void copied_columns(const Table& table, Profile& result) {
  std::unordered_map<std::size_t, std::size_t> earlier;  // hash of the values > position
  for (std::size_t position = 0; position < table.columns.size(); ++position) {
    if (result.columns[position].distinct < 2) continue;
    const auto [found, added] = earlier.emplace(hash_of(table.columns[position]), position);
    if (added || !same_values(table.columns[found->second], table.columns[position])) continue;
    result.columns[position].alerts.push_back("the same values as " + table.columns[found->second].name);
  }
}

}  // namespace

Profile profile(const Table& table) {
  Profile result;
  result.rows = static_cast<std::int64_t>(table.rows());
  std::vector<const Column*> columns;
  for (const Column& column : table.columns) {
    columns.push_back(&column);
    result.columns.push_back(profile_column(column));
  }
  const auto first = first_equal_row(columns, table.rows());
  for (std::size_t row = 0; row < first.size(); ++row) result.duplicate_rows += first[row] != row ? 1 : 0;
  copied_columns(table, result);
  return result;
}

}  // namespace valion::dataset

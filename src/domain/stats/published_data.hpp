// For tests: published data sets kept outside the repository, as columns of numbers.
#pragma once

#include <charconv>
#include <fstream>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace valion::stats::testing {

using Columns = std::map<std::string, std::vector<double>>;

inline std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields(1);
  for (const char letter : line) {
    if (letter == ',') {
      fields.emplace_back();
    } else if (letter != '"' && letter != '\r') {
      fields.back() += letter;
    }
  }
  return fields;
}

// Fields that are not numbers are NaN. Nothing when the file is not there: the test is then skipped.
inline std::optional<Columns> read_columns(const std::string& file) {
  std::ifstream input(VALION_SOURCE_DIR "/../shared/data/" + file);
  std::string line;
  if (!std::getline(input, line)) return std::nullopt;
  const std::vector<std::string> names = split(line);
  Columns columns;
  while (std::getline(input, line)) {
    const std::vector<std::string> fields = split(line);
    for (std::size_t i = 0; i < names.size() && i < fields.size(); ++i) {
      double value = std::numeric_limits<double>::quiet_NaN();
      std::from_chars(fields[i].data(), fields[i].data() + fields[i].size(), value);
      columns[names[i]].push_back(value);
    }
  }
  return columns;
}

}  // namespace valion::stats::testing

#define VALION_SKIP_WITHOUT(data, file)                           \
  const auto data = ::valion::stats::testing::read_columns(file); \
  if (!data) GTEST_SKIP() << "../shared/data/" << (file) << " is not here"

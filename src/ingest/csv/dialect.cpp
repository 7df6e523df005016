#include "ingest/csv/dialect.hpp"

#include <vector>

#include "ingest/csv/csv.hpp"
#include "ingest/csv/records.hpp"

namespace valion::csv {
namespace {

constexpr std::string_view kDelimiters = ",;\t|:";
constexpr std::size_t kSample = 1u << 20;

struct Score {
  double consistent = 0;   // share of records with as many fields as the header
  std::size_t fields = 0;  // of the header
};

Score score(std::string_view sample, bool whole, char delimiter) {
  RecordReader reader(sample, delimiter);
  std::vector<Field> none;
  std::size_t header = 0;
  std::size_t records = 0;
  std::size_t alike = 0;
  while (reader.next(none, 0)) {
    if (reader.blank()) continue;
    if (header == 0) {
      header = reader.field_count();
      if (header < 2 || reader.problem() != RecordProblem::none) return {};
      continue;
    }
    ++records;
    alike += reader.field_count() == header && reader.problem() == RecordProblem::none ? 1 : 0;
  }
  if (!whole && records > 0 && reader.field_count() != header) --records;  // the sample may end within a record
  return {records == 0 ? 1.0 : static_cast<double>(alike) / static_cast<double>(records), header};
}

}  // namespace

Dialect detect_dialect(std::string_view text) {
  if (text.size() > 5 && text.starts_with("sep=") && kDelimiters.find(text[4]) != std::string_view::npos &&
      (text[5] == '\n' || text[5] == '\r')) {
    const std::size_t skip = text[5] == '\r' && text.size() > 6 && text[6] == '\n' ? 7 : 6;
    return {text[4], text.substr(skip)};
  }
  const std::string_view sample = text.substr(0, kSample);
  Dialect best{',', text};
  Score best_score;
  for (const char delimiter : kDelimiters) {
    const Score one = score(sample, sample.size() == text.size(), delimiter);
    if (one.fields < 2) continue;
    if (one.consistent > best_score.consistent || best_score.fields == 0 ||
        (one.consistent == best_score.consistent && one.fields > best_score.fields)) {
      best.delimiter = delimiter;
      best_score = one;
    }
  }
  return best;
}

}  // namespace valion::csv

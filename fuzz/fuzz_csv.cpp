// Any bytes as a CSV file: an answer or an error, never a crash.
#include "fuzz/harness.hpp"
#include "ingest/csv/csv.hpp"

void valion::fuzz::feed(std::string_view bytes) {
  csv::CsvOptions options;
  (void)csv::parse_csv(bytes, options);
}

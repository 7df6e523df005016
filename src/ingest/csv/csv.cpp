#include "ingest/csv/csv.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <utility>

#include "domain/dataset/columns.hpp"
#include "ingest/csv/column_reading.hpp"
#include "ingest/csv/dialect.hpp"
#include "ingest/csv/encoding.hpp"
#include "ingest/csv/records.hpp"
#include "ingest/csv/value.hpp"

namespace valion::csv {
namespace {

using dataset::ColumnType;

constexpr std::size_t kShownValue = 80;  // bytes of a value in a violation

// The file cut into fields: `fields` holds rows × width of them, in file order.
struct Grid {
  std::size_t width = 0;
  std::vector<Field> fields;
  std::vector<std::int64_t> row_numbers;
};

// Violations of the rows, found in two passes: the first thousand in row order, and how many there are.
class RowFindings {
 public:
  void add(std::int64_t row, std::string column, std::string message, std::string value = {}) {
    ++total_;
    ++of_this_pass_;
    if (of_this_pass_ > static_cast<std::int64_t>(kMaxReportedViolations)) return;
    Violation violation;
    violation.message = std::move(message);
    violation.row = row;
    violation.column = std::move(column);
    violation.value = std::move(value);
    found_.push_back(std::move(violation));
  }
  void next_pass() { of_this_pass_ = 0; }
  void move_into(Error& error) {
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Violation& a, const Violation& b) { return a.row < b.row; });
    const auto kept = static_cast<std::int64_t>(found_.size());
    for (Violation& violation : found_) error.add(std::move(violation));
    error.violation_total += total_ - kept;
  }

 private:
  std::vector<Violation> found_;
  std::int64_t total_ = 0;
  std::int64_t of_this_pass_ = 0;
};

std::string_view line_end_name(const LineEnds& ends) {
  const int kinds = (ends.lf > 0 ? 1 : 0) + (ends.crlf > 0 ? 1 : 0) + (ends.cr > 0 ? 1 : 0);
  if (kinds > 1) return "mixed";
  return ends.crlf > 0 ? "crlf" : ends.cr > 0 ? "cr" : "lf";
}

// The first part of a value, whole UTF-8 characters of it, for a message.
std::string shown(Encoding encoding, std::string_view value) {
  std::string text = to_utf8(encoding, value.substr(0, kShownValue + 4));
  if (text.size() <= kShownValue) return text;
  std::size_t size = kShownValue;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size) + "…";
}

class Reading {
 public:
  Reading(const EncodedText& encoded, const CsvOptions& options)
      : encoding_(encoded.encoding),
        dialect_(detect_dialect(encoded.text)),
        options_(options),
        reader_(dialect_.text, dialect_.delimiter) {
    error_ = make_error(ErrorKind::invalid, "the file cannot become a data set as it is");
  }

  Result<CsvTable> read();

 private:
  [[nodiscard]] std::string_view value(const Field& field) { return value_of(field, dialect_.text, scratch_); }
  void violation(std::int64_t row, std::string column, std::string message, std::string value = {});
  [[nodiscard]] Result<std::vector<std::string>> read_header();
  void check_names(const std::vector<std::string>& names);
  [[nodiscard]] Result<void> read_rows();
  void check_record(std::int64_t row);
  [[nodiscard]] std::vector<ColumnSurvey> survey(const std::vector<CsvColumn>& declared);
  [[nodiscard]] dataset::Table build(const std::vector<ColumnReading>& readings);
  void convert(const ColumnReading& reading, const Field& field, std::int64_t row, std::size_t column);

  // A column under construction.
  struct Growing {
    dataset::NumberValues numbers;
    dataset::TextBuilder texts;
    dataset::DateValues dates;
  };

  Encoding encoding_;
  Dialect dialect_;
  const CsvOptions& options_;
  RecordReader reader_;
  Grid grid_;
  Error error_;
  RowFindings findings_;
  std::vector<Growing> growing_;
  std::string scratch_;
};

void Reading::violation(std::int64_t row, std::string column, std::string message, std::string value) {
  Violation found;
  found.row = row;
  found.column = std::move(column);
  found.message = std::move(message);
  found.value = std::move(value);
  error_.add(std::move(found));
}

Result<std::vector<std::string>> Reading::read_header() {
  std::vector<Field> fields;
  do {
    fields.clear();
    if (!reader_.next(fields, kColumnLimit))
      return fail(ErrorKind::invalid, "the file is empty: a header and at least one row are needed");
  } while (reader_.blank());
  if (reader_.problem() == RecordProblem::text_after_quote) {
    return fail(ErrorKind::malformed, "the file is not CSV: in its header there is text behind a closing quote");
  }
  if (reader_.problem() != RecordProblem::none) {
    return fail(ErrorKind::malformed, "the file is not CSV: a quote in its header is not closed, or a name has no end");
  }
  if (reader_.field_count() > kColumnLimit) {
    return fail(ErrorKind::invalid, "the file has " + std::to_string(reader_.field_count()) + " columns; at most " +
                                        std::to_string(kColumnLimit) + " can be read");
  }
  std::vector<std::string> names;
  for (const Field& field : fields) {
    std::string name = to_utf8(encoding_, value(field));
    name.erase(0, name.find_first_not_of(" \t\r\n"));
    name.erase(name.find_last_not_of(" \t\r\n") + 1);
    names.push_back(std::move(name));
  }
  return names;
}

bool looks_like_value(const std::string& name) {
  const ValueKind kind = kind_of(name);
  return kind != ValueKind::text && kind != ValueKind::missing && kind != ValueKind::non_finite;
}

void Reading::check_names(const std::vector<std::string>& names) {
  std::map<std::string_view, std::size_t> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string place = "column " + std::to_string(i + 1);
    if (names[i].empty()) {
      violation(0, place, "has no name in the header");
    } else if (names[i].size() > kNameLimit) {
      violation(0, place, "has a name of more than " + std::to_string(kNameLimit) + " bytes",
                shown(Encoding::utf8, names[i]));
    } else if (names[i] == kReservedName) {
      violation(0, place, "has a name that is reserved", names[i]);
    } else if (const auto [first, added] = seen.emplace(names[i], i); !added) {
      violation(0, place, "has the same name as column " + std::to_string(first->second + 1), names[i]);
    }
  }
  if (std::all_of(names.begin(), names.end(), looks_like_value)) {
    violation(0, "", "the first row holds values, not names: a header is needed");
  }
}

void Reading::check_record(std::int64_t row) {
  if (reader_.problem() == RecordProblem::quote_not_closed) {
    findings_.add(row, "", "a quote is not closed: the rest of the file belongs to this field");
  } else if (reader_.problem() == RecordProblem::field_too_long) {
    findings_.add(
        row, "", "a field is longer than " + std::to_string(kFieldLimit) + " bytes; the rest of the file was not read");
  } else if (reader_.problem() == RecordProblem::text_after_quote) {
    findings_.add(row, "", "there is text behind a closing quote; a quote within a quoted field is doubled");
  } else if (reader_.field_count() != grid_.width) {
    findings_.add(row, "",
                  "has " + std::to_string(reader_.field_count()) + (reader_.field_count() == 1 ? " field" : " fields") +
                      ", the header has " + std::to_string(grid_.width));
  }
}

Result<void> Reading::read_rows() {
  // Memory that is never written to costs nothing, growing by copying does. Every field takes a byte of the file.
  const auto lines = static_cast<std::uint64_t>(std::count(dialect_.text.begin(), dialect_.text.end(), '\n'));
  grid_.fields.reserve(std::min(
      {(lines + 1) * grid_.width, std::uint64_t{dialect_.text.size()} + 1, options_.cell_limit + grid_.width}));
  std::int64_t row = 0;
  bool any = false;
  while (true) {
    const std::size_t before = grid_.fields.size();
    if (!reader_.next(grid_.fields, grid_.width)) break;
    ++row;
    const bool good =
        !reader_.blank() && reader_.problem() == RecordProblem::none && reader_.field_count() == grid_.width;
    any = any || !reader_.blank();
    if (good) {
      grid_.row_numbers.push_back(row);
    } else {
      grid_.fields.resize(before);
      if (!reader_.blank()) check_record(row);
    }
    if (grid_.fields.size() > options_.cell_limit) {
      return fail(ErrorKind::too_large, "the file has more than " + std::to_string(options_.cell_limit) +
                                            " values, the limit of one data set; split it or leave columns out");
    }
  }
  if (!any) return fail(ErrorKind::invalid, "the file has a header and no rows");
  return {};
}

std::vector<ColumnSurvey> Reading::survey(const std::vector<CsvColumn>& declared) {
  std::vector<ColumnSurvey> surveys(grid_.width);
  Field* field = grid_.fields.data();
  for (const std::int64_t row : grid_.row_numbers) {
    for (std::size_t column = 0; column < grid_.width; ++column, ++field) {
      const std::string_view text = value(*field);
      const ValueKind kind = kind_of(text);
      field->set_tag(static_cast<unsigned>(kind));
      ++surveys[column].count[static_cast<std::size_t>(kind)];
      if (kind < ValueKind::iso_date || surveys[column].first_text_row >= 0 || declared[column].type == "text")
        continue;
      surveys[column].first_text_row = row;
    }
  }
  return surveys;
}

void Reading::convert(const ColumnReading& reading, const Field& field, std::int64_t row, std::size_t column) {
  Growing& growing = growing_[column];
  const auto kind = static_cast<ValueKind>(field.tag());
  std::string_view problem = misfit(reading, kind);
  const bool known = kind != ValueKind::missing && problem.empty();
  const std::string_view text = known || !problem.empty() ? value(field) : std::string_view();
  if (reading.type == ColumnType::number) {
    const auto number = known ? to_number(text, reading.comma) : std::nullopt;
    if (known && !number) problem = "is beyond the range of numbers";
    growing.numbers.push_back(number.value_or(std::numeric_limits<double>::quiet_NaN()));
  } else if (reading.type == ColumnType::date) {
    const auto date = known ? to_date(text, reading.month_first) : std::nullopt;
    growing.dates.days.push_back(date ? date->days() : dataset::kMissingDate);
  } else if (!known) {
    growing.texts.add_missing();
  } else if (encoding_ == Encoding::windows_1252) {
    growing.texts.add(to_utf8(encoding_, text));
  } else {
    growing.texts.add(text);
  }
  if (!problem.empty()) findings_.add(row, reading.name, std::string(problem), shown(encoding_, text));
}

dataset::Table Reading::build(const std::vector<ColumnReading>& readings) {
  growing_.resize(readings.size());
  for (std::size_t column = 0; column < readings.size(); ++column) {
    if (readings[column].type == ColumnType::number) growing_[column].numbers.reserve(grid_.row_numbers.size());
    if (readings[column].type == ColumnType::date) growing_[column].dates.days.reserve(grid_.row_numbers.size());
    if (readings[column].type == ColumnType::text) growing_[column].texts.reserve(grid_.row_numbers.size());
  }
  const Field* field = grid_.fields.data();
  for (const std::int64_t row : grid_.row_numbers) {
    for (std::size_t column = 0; column < readings.size(); ++column, ++field)
      convert(readings[column], *field, row, column);
  }
  grid_.fields = {};
  dataset::Table table;
  for (std::size_t column = 0; column < readings.size(); ++column) {
    dataset::Column built{readings[column].name, readings[column].unit, {}};
    Growing& growing = growing_[column];
    if (readings[column].type == ColumnType::number) built.values = std::move(growing.numbers);
    if (readings[column].type == ColumnType::date) built.values = std::move(growing.dates);
    if (readings[column].type == ColumnType::text) built.values = std::move(growing.texts).finish();
    table.columns.push_back(std::move(built));
  }
  table.row_numbers = std::move(grid_.row_numbers);
  return table;
}

Result<CsvTable> Reading::read() {
  VALION_TRY_ASSIGN(const auto names, read_header());
  grid_.width = names.size();
  check_names(names);
  const auto declared = declarations_for(names, options_, error_);
  VALION_TRY(read_rows());
  const auto surveys = survey(declared);
  CsvTable answer;
  const auto readings = decide(declared, surveys, dialect_.delimiter, answer.notes);
  findings_.next_pass();
  answer.table = build(readings);
  findings_.move_into(error_);
  if (error_.violation_total > 0) {
    error_.message +=
        " (" + std::to_string(error_.violation_total) + (error_.violation_total == 1 ? " violation)" : " violations)");
    return fail(std::move(error_));
  }
  answer.encoding = name_of(encoding_);
  answer.delimiter = std::string(1, dialect_.delimiter);
  answer.line_end = line_end_name(reader_.line_ends());
  return answer;
}

// A file in memory for as long as this lives.
class MappedFile {
 public:
  static Result<MappedFile> open(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
      const auto kind = errno == ENOENT ? ErrorKind::not_found : ErrorKind::internal;
      return fail(kind, "cannot open " + path.filename().string() + ": " + std::strerror(errno));
    }
    struct ::stat status {};
    const bool known = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    const auto size = known ? static_cast<std::size_t>(status.st_size) : 0;
    void* const address = known && size > 0 ? ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0) : nullptr;
    ::close(descriptor);
    if (!known || address == MAP_FAILED) return fail(ErrorKind::internal, "cannot read " + path.filename().string());
    return MappedFile(static_cast<const char*>(address), size);
  }
  ~MappedFile() {
    if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
  }
  MappedFile(MappedFile&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(other.size_) {}
  MappedFile& operator=(MappedFile&&) = delete;

  [[nodiscard]] std::string_view bytes() const { return {data_, data_ == nullptr ? 0 : size_}; }

 private:
  MappedFile(const char* data, std::size_t size) : data_(data), size_(size) {}
  const char* data_;
  std::size_t size_;
};

}  // namespace

Result<CsvTable> parse_csv(std::string_view bytes, const CsvOptions& options) {
  if (bytes.size() > kFileLimit) return fail(ErrorKind::too_large, "the file is larger than 4 GiB; split it");
  VALION_TRY_ASSIGN(const EncodedText encoded, detect_encoding(bytes));
  return Reading(encoded, options).read();
}

Result<CsvTable> read_csv(const std::filesystem::path& path, const CsvOptions& options) {
  VALION_TRY_ASSIGN(const MappedFile file, MappedFile::open(path));
  return parse_csv(file.bytes(), options);
}

}  // namespace valion::csv

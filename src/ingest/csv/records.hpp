// Splitting CSV text into records and fields, without copying a byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace valion::csv {

// Where a field lies in the text, and what it was seen to be: eight bytes, since a file has millions of them.
class Field {
 public:
  Field() = default;
  Field(std::size_t begin, std::size_t size, bool quoted, bool escaped)
      : bits_((static_cast<std::uint64_t>(begin) << 32) | (static_cast<std::uint64_t>(size) << 8) |
              (quoted ? 0x80u : 0u) | (escaped ? 0x40u : 0u)) {}

  // Between the quotes, if there are any.
  [[nodiscard]] std::string_view raw(std::string_view text) const noexcept { return text.substr(bits_ >> 32, size()); }
  [[nodiscard]] std::size_t size() const noexcept { return (bits_ >> 8) & 0xFF'FFFFu; }
  [[nodiscard]] bool quoted() const noexcept { return (bits_ & 0x80u) != 0; }
  [[nodiscard]] bool escaped() const noexcept { return (bits_ & 0x40u) != 0; }  // holds doubled quotes
  // Room for what the value was seen to be, 0 to 63.
  [[nodiscard]] unsigned tag() const noexcept { return static_cast<unsigned>(bits_ & 0x3Fu); }
  void set_tag(unsigned tag) noexcept { bits_ = (bits_ & ~std::uint64_t{0x3F}) | tag; }

 private:
  std::uint64_t bits_ = 0;
};

// The value of a field: blanks around an unquoted one trimmed, doubled quotes undone in `scratch`.
[[nodiscard]] std::string_view value_of(const Field& field, std::string_view text, std::string& scratch);

enum class RecordProblem { none, text_after_quote, quote_not_closed, field_too_long };

struct LineEnds {
  std::int64_t lf = 0, crlf = 0, cr = 0;
};

// Reads records one after the other. `text` must outlive the reader and be at most 4 GiB.
class RecordReader {
 public:
  RecordReader(std::string_view text, char delimiter) : text_(text), delimiter_(delimiter) {}

  // Appends the next record's fields to `fields`, at most `keep` of them; false when there is no further record.
  [[nodiscard]] bool next(std::vector<Field>& fields, std::size_t keep);
  // Of the record just read:
  [[nodiscard]] std::size_t field_count() const noexcept { return count_; }  // all of them, kept or not
  [[nodiscard]] bool blank() const noexcept { return blank_; }               // an empty line
  // After quote_not_closed and field_too_long there is no further record.
  [[nodiscard]] RecordProblem problem() const noexcept { return problem_; }

  [[nodiscard]] const LineEnds& line_ends() const noexcept { return line_ends_; }

 private:
  [[nodiscard]] Field quoted_field();
  [[nodiscard]] Field plain_field();
  [[nodiscard]] bool at_record_end();
  void skip_to_field_end();

  std::string_view text_;
  char delimiter_;
  std::size_t position_ = 0;
  std::size_t count_ = 0;
  bool blank_ = false;
  RecordProblem problem_ = RecordProblem::none;
  LineEnds line_ends_;
};

}  // namespace valion::csv

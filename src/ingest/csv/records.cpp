#include "ingest/csv/records.hpp"

#include "ingest/csv/csv.hpp"

namespace valion::csv {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string_view value_of(const Field& field, std::string_view text, std::string& scratch) {
  const std::string_view raw = field.raw(text);
  if (!field.quoted()) return trimmed(raw);
  if (!field.escaped()) return raw;
  scratch.clear();
  for (std::size_t i = 0; i < raw.size(); ++i) {
    scratch += raw[i];
    if (raw[i] == '"') ++i;  // its double follows
  }
  return scratch;
}

void RecordReader::skip_to_field_end() {
  const char* const data = text_.data();
  const std::size_t size = text_.size();
  std::size_t position = position_;
  while (position < size && data[position] != delimiter_ && data[position] != '\n' && data[position] != '\r')
    ++position;
  position_ = position;
}

Field RecordReader::plain_field() {
  const std::size_t begin = position_;
  skip_to_field_end();
  if (position_ - begin > kFieldLimit) {
    problem_ = RecordProblem::field_too_long;
    position_ = text_.size();
    return {begin, 0, false, false};
  }
  return {begin, position_ - begin, false, false};
}

// Stands on the opening quote.
Field RecordReader::quoted_field() {
  const std::size_t begin = ++position_;
  bool escaped = false;
  while (true) {
    const std::size_t quote = text_.find('"', position_);
    if (quote == std::string_view::npos || quote - begin > kFieldLimit) {
      problem_ = quote == std::string_view::npos ? RecordProblem::quote_not_closed : RecordProblem::field_too_long;
      position_ = text_.size();
      return {begin, 0, true, false};
    }
    if (quote + 1 < text_.size() && text_[quote + 1] == '"') {
      escaped = true;
      position_ = quote + 2;
      continue;
    }
    position_ = quote + 1;
    while (position_ < text_.size() && text_[position_] != delimiter_ && is_blank(text_[position_])) ++position_;
    const std::size_t after = position_;
    skip_to_field_end();
    if (position_ != after && problem_ == RecordProblem::none) problem_ = RecordProblem::text_after_quote;
    return {begin, quote - begin, true, escaped};
  }
}

// Stands behind a field: steps over what ends it, and says whether that ended the record.
bool RecordReader::at_record_end() {
  if (position_ >= text_.size()) return true;
  const char c = text_[position_++];
  if (c == delimiter_) return false;
  if (c == '\n') {
    ++line_ends_.lf;
  } else if (position_ < text_.size() && text_[position_] == '\n') {
    ++position_;
    ++line_ends_.crlf;
  } else {
    ++line_ends_.cr;
  }
  return true;
}

bool RecordReader::next(std::vector<Field>& fields, std::size_t keep) {
  if (position_ >= text_.size()) return false;
  count_ = 0;
  problem_ = RecordProblem::none;
  const std::size_t begin = position_;
  blank_ = text_[begin] == '\n' || text_[begin] == '\r';
  do {
    const bool quoted = position_ < text_.size() && text_[position_] == '"';
    const Field field = quoted ? quoted_field() : plain_field();
    if (count_ < keep) fields.push_back(field);
    ++count_;
  } while (!at_record_end());
  return true;
}

}  // namespace valion::csv

#include "platform/json/malformed.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "platform/json/utf8.hpp"

namespace valion::json {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Every function returns false once there is an offence, and leaves `at_` behind what it read otherwise.
class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}

  std::optional<Offence> run() {
    if (value(0)) {
      skip_space();
      if (at_ < text_.size()) offend("nothing may follow the end of the document");
    }
    return offence_;
  }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  [[nodiscard]] bool ended() const { return at_ == text_.size(); }
  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
  bool take(char c) {
    if (ended() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool offend(std::string_view reason) {
    offence_ = Offence{at_, reason};
    return false;
  }

  bool value(std::size_t depth) {
    skip_space();
    switch (peek()) {
      case '{': return object(depth + 1);
      case '[': return array(depth + 1);
      case '"': return quoted();
      case 't': return word("true");
      case 'f': return word("false");
      case 'n': return word("null");
      default: return is_digit(peek()) || peek() == '-' ? number() : offend("a value is expected");
    }
  }

  bool word(std::string_view literal) {
    if (!text_.substr(at_).starts_with(literal)) return offend("a value is expected");
    at_ += literal.size();
    return true;
  }

  bool array(std::size_t depth) {
    if (depth > kDepthLimit) return offend("this is nested deeper than 64 levels");
    take('[');
    skip_space();
    if (take(']')) return true;
    while (true) {
      if (!value(depth)) return false;
      skip_space();
      if (take(']')) return true;
      if (!take(',')) return offend("a comma or ] is expected");
    }
  }

  bool object(std::size_t depth) {
    if (depth > kDepthLimit) return offend("this is nested deeper than 64 levels");
    take('{');
    skip_space();
    if (take('}')) return true;
    while (true) {
      skip_space();
      if (peek() != '"') return offend("the name of a member, in quotes, is expected");
      if (!quoted()) return false;
      skip_space();
      if (!take(':')) return offend("a colon is expected");
      if (!value(depth)) return false;
      skip_space();
      if (take('}')) return true;
      if (!take(',')) return offend("a comma or } is expected");
    }
  }

  bool quoted() {
    const std::size_t opening = at_++;
    while (!ended()) {
      const char c = text_[at_];
      if (c == '"') return take(c);
      if (static_cast<unsigned char>(c) < 0x20)
        return offend("line ends and control characters in text must be escaped");
      if (c == '\\') {
        if (!escape()) return false;
        continue;
      }
      const std::size_t length = sequence_length(text_.substr(at_));
      if (length == 0) return offend("this byte is not UTF-8");
      at_ += length;
    }
    at_ = opening;
    return offend("the text that begins here is not closed");
  }

  bool escape() {
    const std::size_t backslash = at_++;
    if (!take('u')) {
      if (!ended() && std::string_view("\"\\/bfnrt").find(peek()) != std::string_view::npos) return take(peek());
      at_ = backslash;
      return offend("a backslash begins an escape, and this is none");
    }
    const auto unit = four_digits();
    const bool is_high = unit && *unit >= 0xD800 && *unit <= 0xDBFF;
    const auto low = is_high && take('\\') && take('u') ? four_digits() : std::nullopt;
    const bool is_pair = low && *low >= 0xDC00 && *low <= 0xDFFF;
    const bool is_plain = unit && (*unit < 0xD800 || *unit > 0xDFFF);
    if (is_plain || is_pair) return true;
    at_ = backslash;
    return offend(unit ? "this half of a surrogate pair has no other half" : "\\u wants four hexadecimal digits");
  }

  std::optional<std::uint32_t> four_digits() {
    std::uint32_t unit = 0;
    const std::string_view digits = text_.substr(at_, 4);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
    if (digits.size() < 4 || error != std::errc{} || end != digits.data() + 4) return std::nullopt;
    at_ += 4;
    return unit;
  }

  bool digits() {
    if (!is_digit(peek())) return offend("a digit is expected");
    while (is_digit(peek())) ++at_;
    return true;
  }

  bool number() {
    const std::size_t start = at_;
    take('-');
    if (!take('0') && !digits()) return false;
    bool is_integer = true;
    if (take('.')) {
      is_integer = false;
      if (!digits()) return false;
    }
    if (peek() == 'e' || peek() == 'E') {
      is_integer = false;
      ++at_;
      if (!take('+')) take('-');
      if (!digits()) return false;
    }
    const std::string_view written = text_.substr(start, at_ - start);
    const std::string_view reason = is_integer ? integer_objection(written) : real_objection(written);
    if (reason.empty()) return true;
    at_ = start;
    return offend(reason);
  }

  static std::string_view integer_objection(std::string_view written) {
    std::int64_t narrow = 0;
    std::uint64_t wide = 0;
    const char* const end = written.data() + written.size();
    if (std::from_chars(written.data(), end, narrow).ec == std::errc{}) return "";
    if (std::from_chars(written.data(), end, wide).ec == std::errc{}) return "";
    return "this integer has more than 64 bits; write it with a fraction or an exponent";
  }

  static std::string_view real_objection(std::string_view written) {
    return std::isfinite(std::strtod(std::string(written).c_str(), nullptr)) ? "" : "this number is out of range";
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<Offence> offence_;
};

}  // namespace

std::optional<Offence> first_offence(std::string_view text) { return Scan(text).run(); }

std::string describe(const Offence& offence, std::string_view text) {
  const std::string_view before = text.substr(0, offence.byte);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::string_view same_line = before.substr(before.rfind('\n') + 1);  // npos + 1 is 0: the first line
  const auto begins_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  const auto column = std::count_if(same_line.begin(), same_line.end(), begins_character) + 1;
  const bool ended = offence.byte == text.size();
  return std::string(ended ? "it ends at" : "at") + " line " + std::to_string(line) + ", column " +
         std::to_string(column) + (ended ? ", where " : ", ") + std::string(offence.reason);
}

}  // namespace valion::json

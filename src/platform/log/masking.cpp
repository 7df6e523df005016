#include "platform/log/masking.hpp"

#include <array>
#include <cstdint>

#include "platform/log/personal_data.hpp"
#include "platform/log/secrets.hpp"

namespace valion::log {
namespace {

// What a character may begin or be part of.
enum class Mark : std::uint8_t { none, word, digit, at, escaped, assigns, opens };

constexpr std::array<Mark, 256> kMarks = [] {
  std::array<Mark, 256> marks{};
  for (int c = 'a'; c <= 'z'; ++c) marks[static_cast<std::size_t>(c)] = Mark::word;
  for (int c = 'A'; c <= 'Z'; ++c) marks[static_cast<std::size_t>(c)] = Mark::word;
  for (int c = '0'; c <= '9'; ++c) marks[static_cast<std::size_t>(c)] = Mark::digit;
  marks['_'] = marks['-'] = Mark::word;
  marks['@'] = Mark::at;
  marks['%'] = Mark::escaped;
  marks['='] = marks[':'] = Mark::assigns;
  marks['+'] = marks['('] = Mark::opens;
  return marks;
}();

Mark mark_of(char c) { return kMarks[static_cast<unsigned char>(c)]; }

std::size_t end_of_word(std::string_view text, std::size_t from) {
  while (from < text.size() && (mark_of(text[from]) == Mark::word || mark_of(text[from]) == Mark::digit)) ++from;
  return from;
}

class Masker {
 public:
  Masker(std::string& out, std::string_view text) : out_(out), text_(text) {}

  void run() {
    std::size_t at = 0;
    while (at < text_.size()) at = step(at);
    out_.append(text_.substr(copied_));
  }

 private:
  // Looks at what begins at `at`; returns where to look next.
  std::size_t step(std::size_t at) {
    switch (mark_of(text_[at])) {
      case Mark::none: return at + 1;
      case Mark::at: return hide_or(find_email(text_, at, copied_), at + 1);
      case Mark::escaped:
        return text_.substr(at, 3) == "%40" ? hide_or(find_email(text_, at, copied_), at + 3) : at + 1;
      case Mark::assigns: return hide_or(find_assigned_secret(text_, at), at + 1);
      case Mark::opens: return hide_or(find_phone(text_, at), at + 1);
      case Mark::digit:
        if (const Found number = find_number(text_, at)) return hide(number);
        break;
      case Mark::word:
        if (text_.substr(at).size() > 2 && text_[at + 2] == '.') {  // a CNPJ may begin with letters
          if (const Found number = find_number(text_, at)) return hide(number);
        }
        break;
    }
    const std::size_t end = end_of_word(text_, at);
    return hide_or(find_secret_word(text_, at, end), end);
  }

  std::size_t hide_or(const Found& found, std::size_t otherwise) { return found ? hide(found) : otherwise; }

  std::size_t hide(const Found& found) {
    out_.append(text_.substr(copied_, found.begin - copied_)).append(found.mask);
    return copied_ = found.end;
  }

  std::string& out_;
  std::string_view text_;
  std::size_t copied_ = 0;  // what is in `out_` already
};

}  // namespace

void append_masked(std::string& out, std::string_view text) { Masker(out, text).run(); }

std::string masked(std::string_view text) {
  std::string out;
  append_masked(out, text);
  return out;
}

}  // namespace valion::log

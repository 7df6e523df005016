#include "platform/log/personal_data.hpp"

#include <algorithm>
#include <array>

namespace valion::log {
namespace {

bool is_local_part(char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '%' || c == '+' || c == '-'; }
bool is_domain(char c) { return is_alphanumeric(c) || c == '.' || c == '-'; }

// True when `text` at `at` looks like `pattern`: 0 a digit, X a digit or capital, anything else itself; and ends there.
bool matches(std::string_view text, std::size_t at, std::string_view pattern) {
  if (text.size() - at < pattern.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = text[at + i];
    const bool capital = c >= 'A' && c <= 'Z';
    const bool good = pattern[i] == '0' ? is_digit(c) : pattern[i] == 'X' ? is_digit(c) || capital : c == pattern[i];
    if (!good) return false;
  }
  const std::size_t end = at + pattern.size();
  return end == text.size() || !is_alphanumeric(text[end]);
}

struct Pattern {
  std::string_view form;
  std::string_view mask;
};
constexpr std::array<Pattern, 13> kWritten{{{"000.000.000-00", "[cpf]"},
                                            {"XX.XXX.XXX/XXXX-00", "[cnpj]"},
                                            {"000-000-0000", "[phone]"},
                                            {"000.000.0000", "[phone]"},
                                            {"000 000 0000", "[phone]"},
                                            {"00 90000-0000", "[phone]"},
                                            {"00 90000 0000", "[phone]"},
                                            {"00-90000-0000", "[phone]"},
                                            {"00 0000-0000", "[phone]"},
                                            {"90000-0000", "[phone]"},
                                            {"000.000.000/00", "[cpf]"},
                                            {"000000000-00", "[cpf]"},
                                            {"XXXXXXXX/XXXX-00", "[cnpj]"}}};

int check_digit(std::string_view digits, int heaviest) {
  int sum = 0, weight = 2;
  for (std::size_t i = digits.size(); i-- > 0;) {
    sum += (digits[i] - '0') * weight;
    weight = weight == heaviest ? 2 : weight + 1;
  }
  const int rest = sum % 11;
  return rest < 2 ? 0 : 11 - rest;
}

bool has_valid_ends(std::string_view number, std::size_t length, int heaviest) {
  if (number.size() != length || !std::all_of(number.begin(), number.end(), is_digit)) return false;
  if (number.find_first_not_of(number[0]) == std::string_view::npos) return false;  // 000…, 111…: never issued
  return check_digit(number.substr(0, length - 2), heaviest) == number[length - 2] - '0' &&
         check_digit(number.substr(0, length - 1), heaviest) == number[length - 1] - '0';
}

// Without any punctuation only what proves itself counts: check digits, or the 9 after the area code.
std::string_view mask_of_plain(std::string_view digits) {
  if (digits.size() == 11 && is_valid_cpf(digits)) return "[cpf]";
  if (digits.size() == 14 && is_valid_cnpj(digits)) return "[cnpj]";
  const bool area = digits.size() == 11 && digits[0] != '0' && digits[1] != '0';
  if (area && digits[2] == '9') return "[phone]";
  if (digits.size() == 13 && digits.starts_with("55") && digits[4] == '9') return "[phone]";
  return {};
}

// Inside a word, or behind a decimal point, stands no number of a person.
bool begins_a_number(std::string_view text, std::size_t at) {
  if (at == 0) return true;
  const char before = text[at - 1];
  if (before == '.' || before == '-') return at < 2 || !is_alphanumeric(text[at - 2]);
  return !is_alphanumeric(before) && before != '_';
}

// Digits in groups with single separators; returns their number, and the end after the last digit.
int count_grouped_digits(std::string_view text, std::size_t at, std::size_t& end) {
  int digits = 0;
  while (at < text.size()) {
    if (is_digit(text[at])) {
      ++digits;
      end = ++at;
      continue;
    }
    const std::string_view next = text.substr(at, 2);
    if (next == ") " || next == ") (" || next == " (") {
      at += 2;
    } else if (next.size() == 2 && (is_digit(next[1]) || next[1] == '(') &&
               std::string_view(" -.()").find(next[0]) != std::string_view::npos) {
      ++at;
    } else {
      break;
    }
  }
  return digits;
}

}  // namespace

Found find_email(std::string_view text, std::size_t at, std::size_t from) {
  std::size_t begin = at;
  while (begin > from && is_local_part(text[begin - 1])) --begin;
  const std::size_t domain = at + (text[at] == '@' ? 1 : 3);  // `%40` in a URL
  std::size_t end = domain;
  std::size_t last_dot = 0;
  for (; end < text.size() && is_domain(text[end]); ++end) {
    if (text[end] == '.' && end + 1 < text.size() && is_letter(text[end + 1])) last_dot = end;
  }
  while (end > domain && !is_alphanumeric(text[end - 1])) --end;  // the full stop of a sentence
  const bool is_address = begin < at && last_dot > domain && end - last_dot > 2;
  return is_address ? Found{begin, end, "[email]"} : Found{};
}

Found find_number(std::string_view text, std::size_t at) {
  if (!begins_a_number(text, at)) return {};
  for (const auto& [form, mask] : kWritten) {
    if (matches(text, at, form)) return {at, at + form.size(), mask};
  }
  std::size_t end = at;
  while (end < text.size() && is_digit(text[end])) ++end;
  if (end < text.size() && (is_alphanumeric(text[end]) || text[end] == '_')) return {};
  const std::string_view mask = mask_of_plain(text.substr(at, end - at));
  return mask.empty() ? Found{} : Found{at, end, mask};
}

Found find_phone(std::string_view text, std::size_t at) {
  if (at > 0 && is_alphanumeric(text[at - 1])) return {};
  const bool international = text[at] == '+';
  std::size_t end = at;
  const int digits = count_grouped_digits(text, at + 1, end);
  if (international) return digits >= 8 && digits <= 15 ? Found{at, end, "[phone]"} : Found{};
  // (11) 98765-4321, (419) 555-0123: a whole number in brackets is none.
  const std::size_t closed = text.find(')', at);
  const bool has_area = closed != std::string_view::npos && (closed - at == 3 || closed - at == 4) && closed < end;
  return has_area && digits >= 10 && digits <= 11 ? Found{at, end, "[phone]"} : Found{};
}

bool is_valid_cpf(std::string_view number) { return has_valid_ends(number, 11, 11); }
bool is_valid_cnpj(std::string_view number) { return has_valid_ends(number, 14, 9); }

}  // namespace valion::log

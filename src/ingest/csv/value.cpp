#include "ingest/csv/value.hpp"

#include <fast_float/fast_float.h>

#include <array>
#include <cctype>
#include <cmath>

namespace valion::csv {
namespace {

constexpr std::size_t kLongestNumber = 128;  // characters
constexpr std::size_t kLongestToken = 9;     // -infinity
constexpr std::size_t kExactDigits = 15;     // every integer of so many digits is a double
constexpr std::size_t kCodeDigits = 4;       // zero-padded months and days are numbers, 0041 is a code

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_one_of(std::string_view value, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (value.size() != word.size()) continue;
    bool same = true;
    for (std::size_t i = 0; i < word.size() && same; ++i)
      same = std::tolower(static_cast<unsigned char>(value[i])) == word[i];
    if (same) return true;
  }
  return false;
}

// The shape of something that may be a number: sign, digits with separators, exponent.
struct Shape {
  std::size_t digits = 0;  // before the exponent
  std::size_t points = 0, commas = 0;
  std::size_t first_separator = 0, last_separator = 0;  // positions in `body`
  char last = 0;                                        // the last separator
  bool exponent = false;
  std::string_view body;  // without sign and exponent
};

bool exponent_follows(std::string_view rest) {  // behind the e
  if (!rest.empty() && (rest.front() == '+' || rest.front() == '-')) rest.remove_prefix(1);
  if (rest.empty() || rest.size() > 4) return false;
  for (const char c : rest) {
    if (!is_digit(c)) return false;
  }
  return true;
}

std::optional<Shape> shape_of(std::string_view value) {
  if (value.front() == '+' || value.front() == '-') value.remove_prefix(1);
  Shape shape;
  std::size_t i = 0;
  for (; i < value.size(); ++i) {
    const char c = value[i];
    if (is_digit(c)) {
      ++shape.digits;
    } else if (c == '.' || c == ',') {
      if (shape.points + shape.commas == 0) shape.first_separator = i;
      shape.last_separator = i;
      shape.last = c;
      ++(c == '.' ? shape.points : shape.commas);
    } else if (c == 'e' || c == 'E') {
      if (!exponent_follows(value.substr(i + 1))) return std::nullopt;
      shape.exponent = true;
      break;
    } else {
      return std::nullopt;
    }
  }
  shape.body = value.substr(0, i);
  if (shape.digits == 0) return std::nullopt;
  return shape;
}

// One to three digits, then groups of three behind `separator`: up to the end of `body`, or to `end`.
bool is_grouped(std::string_view body, char separator) {
  const std::size_t head = body.find(separator);
  if (head == 0 || head > 3 || body.front() == '0') return false;
  for (std::size_t i = head; i < body.size(); i += 4) {
    if (body[i] != separator || i + 4 > body.size()) return false;
    for (std::size_t digit = 1; digit < 4; ++digit) {
      if (!is_digit(body[i + digit])) return false;
    }
  }
  return true;
}

ValueKind integer_kind(const Shape& shape) {
  const bool padded = shape.body.front() == '0' && shape.digits >= kCodeDigits;
  return !shape.exponent && (padded || shape.digits > kExactDigits) ? ValueKind::code : ValueKind::integer;
}

std::optional<ValueKind> number_kind(std::string_view value) {
  const auto shape = shape_of(value);
  if (!shape) return std::nullopt;
  const std::size_t separators = shape->points + shape->commas;
  if (separators == 0) return integer_kind(*shape);
  const ValueKind by_last = shape->last == '.' ? ValueKind::decimal_point : ValueKind::decimal_comma;
  const ValueKind by_group = shape->last == '.' ? ValueKind::decimal_comma : ValueKind::decimal_point;
  if (separators == 1)
    return !shape->exponent && is_grouped(shape->body, shape->last) ? ValueKind::point_or_comma : by_last;
  if (shape->points == 0 || shape->commas == 0) {  // 1.234.567
    if (shape->exponent || !is_grouped(shape->body, shape->last)) return std::nullopt;
    return by_group;
  }
  const bool once = (shape->last == '.' ? shape->points : shape->commas) == 1;  // 1.234,56
  const char group = shape->last == '.' ? ',' : '.';
  if (!once || !is_grouped(shape->body.substr(0, shape->last_separator), group)) return std::nullopt;
  return by_last;
}

struct DateParts {
  int first = 0, second = 0, year = 0;
};

// d/m/yyyy with one or two digits first, and one separator of `/`, `-`, `.` twice.
std::optional<DateParts> date_parts(std::string_view value) {
  if (value.size() < 8 || value.size() > 10) return std::nullopt;
  DateParts parts;
  std::size_t i = 0;
  const auto number = [&](std::size_t least, std::size_t most, int& out) {
    const std::size_t begin = i;
    while (i < value.size() && is_digit(value[i]) && i - begin < most) out = out * 10 + (value[i++] - '0');
    return i - begin >= least;
  };
  if (!number(1, 2, parts.first) || i >= value.size()) return std::nullopt;
  const char separator = value[i++];
  if (separator != '/' && separator != '-' && separator != '.') return std::nullopt;
  if (!number(1, 2, parts.second) || i >= value.size() || value[i++] != separator) return std::nullopt;
  if (!number(4, 4, parts.year) || i != value.size()) return std::nullopt;
  return parts;
}

std::optional<ValueKind> date_kind(std::string_view value) {
  if (value.size() == 10 && value[4] == '-' && Date::parse(value)) return ValueKind::iso_date;
  const auto parts = date_parts(value);
  if (!parts || parts->year < 1000) return std::nullopt;
  const bool day_first = Date::from_parts(parts->year, parts->second, parts->first).has_value();
  const bool month_first = Date::from_parts(parts->year, parts->first, parts->second).has_value();
  if (day_first && month_first)
    return parts->first == parts->second ? ValueKind::day_equals_month : ValueKind::day_or_month;
  if (day_first) return ValueKind::day_first;
  if (month_first) return ValueKind::month_first;
  return std::nullopt;
}

ValueKind word_kind(std::string_view value) {
  if (value.size() > kLongestToken) return ValueKind::text;
  if (is_one_of(value, {"na", "n/a", "#n/a", "null"})) return ValueKind::missing;
  if (value.front() == '+' || value.front() == '-') value.remove_prefix(1);
  if (is_one_of(value, {"nan", "inf", "infinity"})) return ValueKind::non_finite;
  return ValueKind::text;
}

}  // namespace

ValueKind kind_of(std::string_view value) noexcept {
  if (value.empty()) return ValueKind::missing;
  const char first = value.front();
  const bool numeric = is_digit(first) || first == '-' || first == '+' || first == '.' || first == ',';
  if (!numeric) return word_kind(value);
  if (value.size() > kLongestNumber) return ValueKind::text;
  if (const auto kind = number_kind(value)) return *kind;
  if (const auto kind = date_kind(value)) return *kind;
  return word_kind(value);
}

namespace {

// Most values are short whole numbers.
std::optional<double> small_integer(std::string_view value) {
  if (value.empty() || value.size() > kExactDigits) return std::nullopt;
  std::int64_t number = 0;
  for (const char c : value) {
    if (!is_digit(c)) return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return static_cast<double>(number);
}

}  // namespace

std::optional<double> to_number(std::string_view value, bool comma) noexcept {
  if (const auto number = small_integer(value)) return number;
  const char group = comma ? '.' : ',';
  if (!value.empty() && value.front() == '+') value.remove_prefix(1);
  std::array<char, kLongestNumber> plain{};
  if (value.find(group) != std::string_view::npos) {
    if (value.size() > plain.size()) return std::nullopt;
    std::size_t size = 0;
    for (const char c : value) {
      if (c != group) plain[size++] = c;
    }
    value = std::string_view(plain.data(), size);
  }
  double number = 0;
  const fast_float::parse_options options(fast_float::chars_format::general, comma ? ',' : '.');
  const auto end = value.data() + value.size();
  const auto read = fast_float::from_chars_advanced(value.data(), end, number, options);
  if (read.ec != std::errc() || read.ptr != end || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::optional<Date> to_date(std::string_view value, bool month_first) {
  if (value.size() == 10 && value[4] == '-') return Date::parse(value);
  const auto parts = date_parts(value);
  if (!parts || parts->year < 1000) return std::nullopt;
  return month_first ? Date::from_parts(parts->year, parts->first, parts->second)
                     : Date::from_parts(parts->year, parts->second, parts->first);
}

}  // namespace valion::csv

#include "services/api_gateway/cache/http_date.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "services/api_gateway/cache/field_syntax.hpp"

namespace valion::gateway::cache {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 7> kDays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Reads a date from left to right; the first thing that is not as it must be spoils the whole.
class Reader {
 public:
  explicit Reader(std::string_view text) noexcept : rest_(text) {}

  void literal(std::string_view expected) noexcept {
    if (rest_.substr(0, expected.size()) == expected) {
      rest_.remove_prefix(expected.size());
    } else {
      good_ = false;
    }
  }
  int number(std::size_t digits, bool blank_for_zero = false) noexcept {
    int value = 0;
    if (rest_.size() < digits) good_ = false;
    for (std::size_t i = 0; good_ && i < digits; ++i) {
      const bool blank = blank_for_zero && i == 0 && rest_[i] == ' ';
      if (!blank && !is_digit(rest_[i])) good_ = false;
      value = value * 10 + (blank ? 0 : rest_[i] - '0');
    }
    if (good_) rest_.remove_prefix(digits);
    return value;
  }
  unsigned month() noexcept {
    const auto found = std::find(kMonths.begin(), kMonths.end(), rest_.substr(0, 3));
    if (found == kMonths.end()) {
      good_ = false;
      return 0;
    }
    rest_.remove_prefix(3);
    return static_cast<unsigned>(found - kMonths.begin()) + 1;
  }
  // 3: short names; 0: whole names.
  bool day_name(std::size_t letters) noexcept {
    for (const std::string_view day : kDays) {
      const std::string_view name = letters == 0 ? day : day.substr(0, letters);
      if (rest_.substr(0, name.size()) == name) {
        rest_.remove_prefix(name.size());
        return true;
      }
    }
    return false;
  }
  seconds time() noexcept {
    const int h = number(2);
    literal(":");
    const int m = number(2);
    literal(":");
    const int s = number(2);
    if (h > 23 || m > 59 || s > 60) good_ = false;
    return hours{h} + minutes{m} + seconds{s};
  }
  [[nodiscard]] bool finished() const noexcept { return good_ && rest_.empty(); }
  [[nodiscard]] bool at(char c) const noexcept { return !rest_.empty() && rest_.front() == c; }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::optional<sys_seconds> joined(const Reader& reader, int y, unsigned m, int d, seconds time) noexcept {
  const year_month_day date{year{y}, month{m}, day{static_cast<unsigned>(d)}};
  if (!reader.finished() || !date.ok()) return std::nullopt;
  return sys_seconds{sys_days{date}} + time;
}

std::optional<sys_seconds> imf_fixdate(std::string_view text) noexcept {
  Reader in(text);
  if (!in.day_name(3)) return std::nullopt;
  in.literal(", ");
  const int d = in.number(2);
  in.literal(" ");
  const unsigned m = in.month();
  in.literal(" ");
  const int y = in.number(4);
  in.literal(" ");
  const seconds time = in.time();
  in.literal(" GMT");
  return joined(in, y, m, d, time);
}

std::optional<sys_seconds> rfc850(std::string_view text, Moment now) noexcept {
  Reader in(text);
  if (!in.day_name(0)) return std::nullopt;
  in.literal(", ");
  const int d = in.number(2);
  in.literal("-");
  const unsigned m = in.month();
  in.literal("-");
  const int two = in.number(2);
  in.literal(" ");
  const seconds time = in.time();
  in.literal(" GMT");
  const int this_year = static_cast<int>(year_month_day{floor<days>(now)}.year());
  int y = this_year - this_year % 100 + two;
  if (y > this_year + 50) y -= 100;
  if (y <= this_year - 50) y += 100;
  return joined(in, y, m, d, time);
}

std::optional<sys_seconds> asctime(std::string_view text) noexcept {
  Reader in(text);
  if (!in.day_name(3)) return std::nullopt;
  in.literal(" ");
  const unsigned m = in.month();
  in.literal(" ");
  const int d = in.number(2, true);
  in.literal(" ");
  const seconds time = in.time();
  in.literal(" ");
  const int y = in.number(4);
  return joined(in, y, m, d, time);
}

}  // namespace

std::optional<sys_seconds> parse_http_date(std::string_view text, Moment now) noexcept {
  if (text.size() < 24 || text.size() > 33) return std::nullopt;
  if (text[3] == ',') return imf_fixdate(text);
  if (text[3] == ' ') return asctime(text);
  return rfc850(text, now);
}

std::string format_http_date(sys_seconds moment) {
  const auto midnight = floor<days>(moment);
  const year_month_day date{midnight};
  const hh_mm_ss time{moment - midnight};
  std::array<char, 40> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.3s, %02u %.3s %04d %02d:%02d:%02d GMT",
                                   kDays[weekday{midnight}.c_encoding()].data(), static_cast<unsigned>(date.day()),
                                   kMonths[static_cast<unsigned>(date.month()) - 1].data(),
                                   static_cast<int>(date.year()), static_cast<int>(time.hours().count()),
                                   static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return {text.data(), static_cast<std::size_t>(std::clamp(length, 0, 39))};
}

}  // namespace valion::gateway::cache

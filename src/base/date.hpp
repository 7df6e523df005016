// Calendar days without a time of day: sale dates, reference dates.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace valion {

// Days since 1970-01-01 in the proleptic Gregorian calendar. A plain value; any day that `parse` accepts round-trips.
class Date {
 public:
  constexpr Date() = default;
  explicit constexpr Date(std::int32_t days_since_epoch) : days_(days_since_epoch) {}
  [[nodiscard]] static std::optional<Date> from_parts(int year, int month, int day);
  // ISO 8601 calendar date, `yyyy-mm-dd`, years 1000 to 9999.
  [[nodiscard]] static std::optional<Date> parse(std::string_view text);

  [[nodiscard]] constexpr std::int32_t days() const noexcept { return days_; }
  [[nodiscard]] int year() const;
  [[nodiscard]] int month() const;
  [[nodiscard]] std::string text() const;
  // Years since 1970-01-01 as a number with fraction (365.2425 days each): the time axis of market trends.
  [[nodiscard]] double years() const noexcept { return days_ / 365.2425; }

  friend constexpr auto operator<=>(const Date&, const Date&) = default;

 private:
  std::int32_t days_ = 0;
};

// The present moment in UTC as RFC 3339 with milliseconds, `2026-11-24T08:26:40.123Z`.
[[nodiscard]] std::string utc_timestamp(std::chrono::system_clock::time_point moment);

}  // namespace valion

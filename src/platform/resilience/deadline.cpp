#include "platform/resilience/deadline.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace valion::resilience {

Result<Moment> parse_deadline(std::string_view value, Moment now) {
  std::uint64_t left = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), left);
  const bool whole = error == std::errc{} && end == value.data() + value.size();
  if (!whole || left > static_cast<std::uint64_t>(kLongestDeadline.count())) {
    return fail(ErrorKind::malformed, std::string(kDeadlineHeader) +
                                          " must be the milliseconds that the caller still waits, from 0 to " +
                                          std::to_string(kLongestDeadline.count()));
  }
  return now + std::chrono::milliseconds(static_cast<std::int64_t>(left));
}

std::chrono::milliseconds time_left(Moment deadline, Moment now) {
  return std::max(std::chrono::floor<std::chrono::milliseconds>(deadline - now), std::chrono::milliseconds(0));
}

std::string deadline_value(std::chrono::milliseconds left) {
  return std::to_string(std::clamp(left, std::chrono::milliseconds(0), kLongestDeadline).count());
}

}  // namespace valion::resilience

// How long a caller still waits, told from process to process in a header.
//
// `X-Request-Deadline: 1500` means: whoever asks gives up 1,500 ms after the request was sent. What is carried is the time
// that is left and not a time of day, because two machines' clocks differ by more than many calls last, and a wrong clock
// would refuse everything; the price is that the way itself, and waiting in the kernel, are not counted, so that the
// receiver believes a little longer than the sender (docs/adr/0007). Each hop takes off what it has used.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "platform/resilience/moment.hpp"

namespace valion::resilience {

inline constexpr std::string_view kDeadlineHeader = "X-Request-Deadline";
inline constexpr std::chrono::milliseconds kLongestDeadline{24 * 3'600'000};

// When a request that arrived at `now` with that value is given up; malformed unless it is a whole number of milliseconds, at
// most a day.
[[nodiscard]] Result<Moment> parse_deadline(std::string_view value, Moment now);
// What is left, rounded down; 0 when nothing is.
[[nodiscard]] std::chrono::milliseconds time_left(Moment deadline, Moment now);
[[nodiscard]] std::string deadline_value(std::chrono::milliseconds left);

}  // namespace valion::resilience

// Points in time of the cache: the clock on the wall, to the millisecond.
#pragma once

#include <chrono>

namespace valion::gateway::cache {

using Moment = std::chrono::sys_time<std::chrono::milliseconds>;
using Seconds = std::chrono::seconds;

[[nodiscard]] inline Moment moment_now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace valion::gateway::cache

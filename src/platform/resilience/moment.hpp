// Time as this library takes it: every function is told what time it is, so that tests tell it what they like.
#pragma once

#include <chrono>

namespace valion::resilience {

using Moment = std::chrono::steady_clock::time_point;

}  // namespace valion::resilience

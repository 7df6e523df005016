// Whether colours and moving bars are wanted where we write.
#pragma once

#include <cstdio>

namespace valion::app {

[[nodiscard]] bool is_terminal(std::FILE* output) noexcept;  // false for null
// On a terminal only, and neither with NO_COLOR (https://no-color.org) nor on a dumb one.
[[nodiscard]] bool shows_colours(std::FILE* output) noexcept;

}  // namespace valion::app

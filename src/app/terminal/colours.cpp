#include "app/terminal/colours.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace valion::app {

bool is_terminal(std::FILE* output) noexcept { return output != nullptr && isatty(fileno(output)) == 1; }

bool shows_colours(std::FILE* output) noexcept {
  const char* refused = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  if (refused != nullptr && *refused != '\0') return false;
  return is_terminal(output) && kind != nullptr && std::string_view(kind) != "dumb";
}

}  // namespace valion::app

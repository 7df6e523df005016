// Asking for a password: it never stands on a command line, where every process of the machine can read it.
#pragma once

#include <string>

#include "base/result.hpp"

namespace valion::app {

// From a terminal without echo, twice, until both are equal; `from_stdin`: the first line of standard input. invalid when there
// is neither.
[[nodiscard]] Result<std::string> ask_new_password(const std::string& whose, bool from_stdin);

}  // namespace valion::app

// Shell completion, made from the tree of commands: what the parser knows, the shell offers.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace CLI {
class App;
}

namespace valion::app {

// The script for `shell` (bash, zsh, fish); invalid for any other.
[[nodiscard]] Result<std::string> completion_script(const CLI::App& app, std::string_view shell);

}  // namespace valion::app

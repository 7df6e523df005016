// The command line: words > options > one function of commands.hpp, orchestrator.hpp or runtime.hpp.
#pragma once

namespace valion::app {

// The exit code of the program.
[[nodiscard]] int run_command_line(int count, char** arguments);

}  // namespace valion::app

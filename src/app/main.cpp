#include <csignal>
#include <cstdio>
#include <exception>

#include "app/commands/command_line.hpp"
#include "app/process/numeric_threads.hpp"

int main(int count, char** arguments) {
  valion::app::set_numeric_environment();
  std::signal(SIGPIPE, SIG_IGN);  // a peer that leaves is an error value, not the end of the process
  try {
    return valion::app::run_command_line(count, arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "valion: %s\n", error.what());
    return 1;
  }
}

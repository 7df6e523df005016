#include "app/process/numeric_threads.hpp"

#include <unistd.h>

#include <cstdlib>

namespace valion::app {

void require_numeric_environment(char** arguments) {
  const bool complete = std::getenv("OMP_WAIT_POLICY") != nullptr && std::getenv("OPENBLAS_NUM_THREADS") != nullptr;
  if (complete) return;
  constexpr int kKeepTheUsersChoice = 0;
  setenv("OMP_WAIT_POLICY", "passive", kKeepTheUsersChoice);
  setenv("OPENBLAS_NUM_THREADS", "1", kKeepTheUsersChoice);
  execv("/proc/self/exe", arguments);  // returns only on failure: then we run with the libraries' own defaults
}

}  // namespace valion::app

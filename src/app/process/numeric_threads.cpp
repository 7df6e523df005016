#include "app/process/numeric_threads.hpp"

#include <cstdlib>

namespace valion::app {

void set_numeric_environment() {
  constexpr int kKeepTheUsersChoice = 0;
  setenv("OMP_WAIT_POLICY", "passive", kKeepTheUsersChoice);
  setenv("OPENBLAS_NUM_THREADS", "1", kKeepTheUsersChoice);
}

}  // namespace valion::app

// Numeric libraries read their thread settings when they are loaded, before main: they must stand in the environment of exec.
#pragma once

namespace valion::app {

// Sets what is missing and runs the program again with it, once; returns when everything is in place.
//   OMP_WAIT_POLICY=passive   with spinning OpenMP barriers, a busy neighbour turns 1 s of XGBoost training into a minute
//   OPENBLAS_NUM_THREADS=1    small matrices only: threads cost more than they bring, and answers must not depend on them
// Does nothing when /proc is not there.
void require_numeric_environment(char** arguments);

}  // namespace valion::app

// Numeric libraries read their thread settings when they are loaded: before a service's module is.
#pragma once

namespace valion::app {

// Sets what the user has not set; call it before any thread exists and before load_service().
//   OMP_WAIT_POLICY=passive   with spinning OpenMP barriers, a busy neighbour turns 1 s of XGBoost training into a minute
//   OPENBLAS_NUM_THREADS=1    small matrices only: threads cost more than they bring, and answers must not depend on them
void set_numeric_environment();

}  // namespace valion::app

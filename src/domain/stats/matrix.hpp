// Dense double matrices and vectors of the statistics library. Only Eigen's core is included here: decompositions are slow to
// compile, so each stays in one .cpp.
#pragma once

#include <Eigen/Core>

namespace valion::stats {

using Matrix = Eigen::MatrixXd;  // one row per observation, one column per variable
using Vector = Eigen::VectorXd;

}  // namespace valion::stats

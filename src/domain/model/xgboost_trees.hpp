// From libxgboost's own model document to our plain trees (docs/adr: trees of our own).
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "domain/model/trees.hpp"

namespace valion::model {

// `model_json`: what XGBoosterSaveModelToBuffer gives with {"format":"json"} for a gbtree with one output and without
// categorical splits. Anything else is internal: only libxgboost writes these bytes. Parent covers are summed anew from
// the leaves, in double.
[[nodiscard]] Result<TreeEnsemble> read_xgboost_trees(std::string_view model_json);

}  // namespace valion::model

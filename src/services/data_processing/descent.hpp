// Whether a table that another service sends is what it says: its parent with columns added.
#pragma once

#include "base/result.hpp"
#include "domain/dataset/table.hpp"

namespace valion::data {

// invalid unless `child` has the parent's rows, by number and in order, and all its columns with the same values; each
// offence is a violation. The child may have further columns.
[[nodiscard]] Result<void> check_descent(const dataset::Table& parent, const dataset::Table& child);

}  // namespace valion::data

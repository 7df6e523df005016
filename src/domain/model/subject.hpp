// A property to be valued, as a table of one row, in the types of the columns its model was trained on.
#pragma once

#include <string>
#include <vector>

#include "base/cell.hpp"
#include "base/date.hpp"
#include "base/result.hpp"
#include "domain/dataset/table.hpp"
#include "domain/model/model_spec.hpp"

namespace valion::model {

// What the subject does not mention is missing; `date_column` holds the reference date whatever the subject says there.
// ErrorKind::invalid, with a violation `/subject/{column}` for each: a column the data set does not have, a value of
// another type than its column (text for a date must be yyyy-mm-dd), a number that is not finite.
[[nodiscard]] Result<dataset::Table> subject_table(const Attributes& subject, const Schema& schema,
                                                   const std::string& date_column, Date reference_date);

}  // namespace valion::model

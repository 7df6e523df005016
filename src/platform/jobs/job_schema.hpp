// The tables of jobs: `jobs`, one row a job, and `idempotency_keys`.
#pragma once

#include <string>
#include <vector>

#include "platform/sql/database.hpp"

namespace valion::jobs {

[[nodiscard]] const std::vector<sql::Migration>& job_migrations();

// The SQL expression of now in milliseconds since 1970, in the database's dialect. All moments that decide something are the
// database's own clock, so that the clocks of the processes need not agree.
[[nodiscard]] std::string clock_expression(bool is_postgresql);

}  // namespace valion::jobs

// Jobs as the API shows them.
#pragma once

#include "contracts/platform.hpp"
#include "platform/jobs/jobs.hpp"

namespace valion {

[[nodiscard]] contracts::JobView job_view(const jobs::JobRecord& job);

}  // namespace valion

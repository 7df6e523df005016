// Jobs as the API shows them.
#pragma once

#include <string_view>

#include "contracts/platform.hpp"
#include "platform/jobs/jobs.hpp"

namespace valion {

[[nodiscard]] std::string_view name_of(jobs::JobState state) noexcept;
[[nodiscard]] contracts::JobView job_view(const jobs::JobRecord& job);

}  // namespace valion

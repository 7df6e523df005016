// What happens around every attempt at a job: a span below the request that submitted it, and a log line when it ends.
#pragma once

#include "platform/jobs/jobs.hpp"
#include "platform/log/logger.hpp"
#include "platform/trace/span.hpp"

namespace valion {

// On the job's thread.
[[nodiscard]] Result<std::string> around_job(log::Logger& log, const trace::Tracer& tracer, jobs::JobContext& context,
                                             const jobs::Handler& handler);

}  // namespace valion

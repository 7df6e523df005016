// Looking at a job and asking it to stop: the same for every service, because all processes share the job table.
#pragma once

#include "platform/service/base_service.hpp"

namespace valion {

// For routes with a parameter `id`: `GET …/jobs/{id}` > 200 JobView; `POST …/jobs/{id}/cancel` > 202 JobView, or conflict when
// the job has ended. not_found for another tenant's job. Require request.principal.
Async<Result<http::Response>> show_job(ServiceContext& context, const http::Request& request);
Async<Result<http::Response>> cancel_job(ServiceContext& context, const http::Request& request);

}  // namespace valion

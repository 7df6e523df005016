#include "platform/service/job_routes.hpp"

#include "platform/service/job_view.hpp"

namespace valion {

Async<Result<http::Response>> show_job(ServiceContext& context, const http::Request& request) {
  auto job = co_await context.job_store.find(request.principal->tenant, request.parameters.text("id"));
  if (!job) co_return fail(std::move(job).error());
  http::Response response = http::json_response(200, json::encode(job_view(*job)));
  response.headers.set("Cache-Control", "no-store");
  co_return response;
}

Async<Result<http::Response>> cancel_job(ServiceContext& context, const http::Request& request) {
  auto job = co_await context.job_store.cancel(request.principal->tenant, request.parameters.text("id"));
  if (!job) co_return fail(std::move(job).error());
  co_return http::json_response(202, json::encode(job_view(*job)));
}

}  // namespace valion

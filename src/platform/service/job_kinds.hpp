// A kind of job in a few lines. In initialize():
//
//   handle_job<contracts::TrainingRequest>(context(), "ml.training",
//       [this](const contracts::TrainingRequest& asked, const CallOrigin& origin, jobs::JobContext& job) -> Result<std::string> {…});
//
// and in the route:
//
//   co_return co_await submit_job(context(), request, "ml.training", asked);   // 202 + Location, Prefer: wait=N, ?priority=low
//
// The payload is the JSON of the contract type. Any instance of the service may run it, perhaps one of the next version: so
// members it does not know are ignored.
#pragma once

#include <string>
#include <utility>

#include "platform/json/described.hpp"
#include "platform/service/base_service.hpp"

namespace valion {

// On whose behalf the job runs; its calls belong to the trace of the request that submitted it.
[[nodiscard]] CallOrigin origin_of(const jobs::JobContext& job);

// `work(const T&, const CallOrigin&, jobs::JobContext&)` runs on a job thread and returns the JSON of the answer.
template <class T, class Work>
void handle_job(ServiceContext& context, std::string kind, Work work, jobs::KindOptions options = {}) {
  const auto handler = [work = std::move(work)](jobs::JobContext& job) -> Result<std::string> {
    VALION_TRY_ASSIGN(const auto asked, json::decode<T>(job.job().payload, json::Unknown::ignored));
    return work(asked, origin_of(job), job);
  };
  context.jobs.handle(std::move(kind), handler, options);
}

// Submits for the caller of `request` and answers as accepted() does. `payload` is JSON. Honours `?priority=high|normal|low`.
Async<Result<http::Response>> submit_job_text(ServiceContext& context, const http::Request& request, std::string kind,
                                              std::string payload);

template <class T>
Async<Result<http::Response>> submit_job(ServiceContext& context, const http::Request& request, std::string kind,
                                         const T& asked) {
  std::string payload = json::encode(asked);
  auto response = co_await submit_job_text(context, request, std::move(kind), std::move(payload));
  co_return response;
}

}  // namespace valion

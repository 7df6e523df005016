#include <algorithm>
#include <charconv>

#include "platform/service/base_service.hpp"
#include "platform/service/job_view.hpp"

namespace valion {
namespace {

using namespace std::chrono_literals;
constexpr std::int64_t kLongestWait = 60;  // seconds
constexpr auto kFirstLook = 5ms;
constexpr auto kSlowestLook = 200ms;

// N of `Prefer: wait=N` (RFC 7240 section 4.3); 0 when there is none, or one that is not a number.
std::int64_t preferred_wait(const http::Request& request) {
  const auto header = request.headers.find("Prefer");
  if (!header) return 0;
  const auto position = header->find("wait=");
  if (position == std::string_view::npos) return 0;
  const std::string_view digits = header->substr(position + 5);
  std::int64_t seconds = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  return std::clamp<std::int64_t>(seconds, 0, kLongestWait);
}

// The job's row is the truth, so waiting is looking at it again: often at first, for quick work, then less often.
Async<jobs::JobRecord> wait_for(ServiceContext& context, jobs::JobRecord job, std::chrono::seconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  std::chrono::milliseconds pause = kFirstLook;
  while (!jobs::has_ended(job.state) && std::chrono::steady_clock::now() < until) {
    co_await sleep_for(pause);
    pause = std::min<std::chrono::milliseconds>(pause * 2, kSlowestLook);
    auto seen = co_await context.job_store.find(job.principal.tenant, job.id);
    if (!seen) break;  // the table is away for a moment: answer with what is known
    job = std::move(*seen);
  }
  co_return job;
}

}  // namespace

Async<Result<http::Response>> accepted(ServiceContext& context, const http::Request& request,
                                       const jobs::JobRecord& job) {
  const std::int64_t wait = preferred_wait(request);
  const jobs::JobRecord latest = co_await wait_for(context, job, std::chrono::seconds(wait));
  http::Response response =
      http::json_response(jobs::has_ended(latest.state) ? 200 : 202, json::encode(job_view(latest)));
  response.headers.set("Location", "/jobs/" + latest.id);
  if (wait > 0) response.headers.set("Preference-Applied", "wait=" + std::to_string(wait));
  co_return response;
}

}  // namespace valion

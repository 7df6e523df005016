#include "platform/service/job_events.hpp"

#include <chrono>
#include <utility>

#include "platform/service/job_view.hpp"

namespace valion {
namespace {

using namespace std::chrono_literals;
constexpr auto kBetweenLooks = 150ms;
constexpr auto kBetweenComments = 10s;  // below the 30 s in which server and proxies expect something

std::string event_of(const jobs::JobRecord& job) {
  const bool ended = jobs::has_ended(job.state);
  return "id: " + std::to_string(job.revision) + "\nevent: " + (ended ? "end" : "progress") +
         "\ndata: " + json::encode(job_view(job)) + "\n\n";
}

class JobEvents final : public http::BodyReader {
 public:
  JobEvents(jobs::JobStore& store, const jobs::JobRecord& job, std::int64_t seen)
      : store_(store), tenant_(job.principal.tenant), id_(job.id), seen_(seen) {}

  Async<Result<std::string>> read_some() override {
    if (!greeted_) {
      greeted_ = true;
      co_return std::string("retry: 1000\n\n");
    }
    const auto silent_until = std::chrono::steady_clock::now() + kBetweenComments;
    while (!ended_ && !store_.watches_ended()) {
      auto job = co_await store_.find(tenant_, id_);
      if (!job && job.error().kind == ErrorKind::not_found) break;  // deleted meanwhile
      if (job && (job->revision > seen_ || jobs::has_ended(job->state))) {
        seen_ = job->revision;
        ended_ = jobs::has_ended(job->state);
        co_return event_of(*job);
      }
      if (std::chrono::steady_clock::now() >= silent_until) co_return std::string(": still here\n\n");
      co_await sleep_for(kBetweenLooks);
    }
    co_return std::string();
  }

 private:
  jobs::JobStore& store_;
  const std::string tenant_, id_;
  std::int64_t seen_;
  bool greeted_ = false;
  bool ended_ = false;
};

}  // namespace

std::shared_ptr<http::BodyReader> job_events(jobs::JobStore& store, const jobs::JobRecord& job, std::int64_t seen) {
  return std::make_shared<JobEvents>(store, job, seen);
}

}  // namespace valion

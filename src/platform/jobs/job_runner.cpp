#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "base/date.hpp"
#include "platform/auth/password.hpp"
#include "platform/jobs/job_rows.hpp"
#include "platform/jobs/jobs.hpp"
#include "platform/jobs/running_job.hpp"

namespace valion::jobs {
namespace {

using SharedJob = std::shared_ptr<RunningJob>;

}  // namespace

struct JobRunner::State {
  State(JobStore& job_store, std::string service_name, std::string instance_id, std::size_t limit)
      : store(job_store), service(std::move(service_name)), instance(std::move(instance_id)), queue_limit(limit) {}

  JobStore& store;
  const std::string service;
  const std::string instance;
  const std::size_t queue_limit;

  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<SharedJob> queue;
  std::map<std::string, SharedJob> active;  // queued and running, by id
  std::size_t being_recorded = 0;           // places in the queue promised to submit()
  bool stopping = false;
  bool workers_gone = false;

  std::vector<std::thread> workers;
  std::thread heart;

  [[nodiscard]] bool reserve_place() {
    const std::lock_guard lock(mutex);
    if (stopping || queue.size() + being_recorded >= queue_limit) return false;
    ++being_recorded;
    return true;
  }

  void give_place_back() {
    const std::lock_guard lock(mutex);
    --being_recorded;
  }

  // False when the runner is stopping.
  [[nodiscard]] bool enqueue(const SharedJob& job) {
    const std::lock_guard lock(mutex);
    if (stopping) return false;
    active.emplace(job->id(), job);
    queue.push_back(job);
    changed.notify_all();
    return true;
  }

  [[nodiscard]] SharedJob next() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return stopping || !queue.empty(); });
    if (stopping) return nullptr;
    SharedJob job = std::move(queue.front());
    queue.pop_front();
    return job;
  }

  void forget(const SharedJob& job) {
    const std::lock_guard lock(mutex);
    active.erase(job->id());
  }

  void work() {
    while (const SharedJob job = next()) {
      job->run();
      forget(job);
    }
  }

  [[nodiscard]] std::vector<SharedJob> active_jobs() const {
    const std::lock_guard lock(mutex);
    std::vector<SharedJob> jobs;
    for (const auto& [id, job] : active) jobs.push_back(job);
    return jobs;
  }

  void keep_alive(const std::vector<SharedJob>& jobs);
  void beat_until_workers_are_gone();
};

// One transaction for all jobs of this process: heartbeat written, cancel requests read.
void JobRunner::State::keep_alive(const std::vector<SharedJob>& jobs) {
  std::vector<std::string> ids;
  for (const SharedJob& job : jobs) ids.push_back(job->id());
  std::vector<Beat> beats;
  const std::string clock = clock_expression(store.database().is_postgresql());
  const auto done = store.database().transact([&](soci::session& session) {
    beats = beat(session, clock, ids);
    return true;
  });
  if (!done) return;
  for (const SharedJob& job : jobs) {
    const auto found = std::find_if(beats.begin(), beats.end(), [&](const Beat& each) { return each.id == job->id(); });
    if (found == beats.end()) {
      job->stop();  // reaped by somebody, or just ended
    } else if (found->cancel_requested) {
      job->cancel_for_user();
    }
    job->flush_progress();
  }
}

void JobRunner::State::beat_until_workers_are_gone() {
  std::unique_lock lock(mutex);
  while (!workers_gone) {
    changed.wait(lock, [this] { return workers_gone || !active.empty(); });
    lock.unlock();
    const auto jobs = active_jobs();
    if (!jobs.empty()) keep_alive(jobs);
    lock.lock();
    changed.wait_for(lock, store.timing().heartbeat, [this] { return workers_gone; });
  }
}

JobRunner::JobRunner(JobStore& store, std::string service, std::string instance, std::size_t threads,
                     std::size_t queue_limit)
    : state_(std::make_shared<State>(store, std::move(service), std::move(instance), queue_limit)) {
  State* state = state_.get();
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) {
    state->workers.emplace_back([state] { state->work(); });
  }
  state->heart = std::thread([state] { state->beat_until_workers_are_gone(); });
}

JobRunner::~JobRunner() {
  std::deque<SharedJob> never_begun;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    never_begun.swap(state_->queue);
  }
  state_->changed.notify_all();
  for (const SharedJob& job : state_->active_jobs()) job->stop();
  for (const SharedJob& job : never_begun) job->record_never_begun();
  for (std::thread& worker : state_->workers) worker.join();
  {
    const std::lock_guard lock(state_->mutex);
    state_->workers_gone = true;
  }
  state_->changed.notify_all();
  state_->heart.join();
}

Async<Result<JobRecord>> JobRunner::submit(std::string kind, const Principal& principal, Work work) {
  const std::shared_ptr<State> state = state_;
  if (!state->reserve_place()) {
    co_return fail(ErrorKind::unavailable, "too many jobs are waiting in " + state->service + "; try again later");
  }
  const std::shared_ptr<void> place(nullptr, [state](void*) { state->give_place_back(); });
  sql::Database& database = state->store.database();

  JobRecord job;
  job.id = "job-" + auth::random_text(15);
  job.kind = std::move(kind);
  job.tenant = principal.tenant;
  job.user = principal.user;
  job.service = state->service;
  job.created_at = utc_timestamp(std::chrono::system_clock::now());
  auto insert = [job, state, clock = clock_expression(database.is_postgresql())](soci::session& session) {
    insert_job(session, clock, job, state->instance);
  };
  VALION_CO_TRY(co_await database.run(std::move(insert)));

  const auto running = std::make_shared<RunningJob>(database, job.id, state->service, std::move(work));
  if (!state->enqueue(running)) {
    running->record_never_begun();
    co_return fail(ErrorKind::unavailable, state->service + " is stopping; try again");
  }
  co_return job;
}

std::size_t JobRunner::active() const noexcept {
  const std::lock_guard lock(state_->mutex);
  return state_->active.size();
}

}  // namespace valion::jobs

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <random>
#include <utility>

#include "base/date.hpp"
#include "platform/jobs/job_schema.hpp"
#include "platform/jobs/runner_state.hpp"

namespace valion::jobs {
namespace {

constexpr double kWorkAhead = 0.02;  // seconds of work that may be claimed ahead
constexpr std::size_t kMostAhead = 512;
constexpr double kNewWeight = 0.1;  // of the latest attempt in the moving mean

double random_share() {
  thread_local std::minstd_rand random{std::random_device{}()};
  return std::uniform_real_distribution<double>{0, 1}(random);
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

JobRunner::State::State(JobStore& job_store, RunnerSettings given)
    : store(job_store),
      settings(std::move(given)),
      clock(clock_expression(job_store.database().is_postgresql())),
      metrics(settings.metrics) {}

// One job a thread, and more of those that are quick: as many as need 20 ms.
std::size_t JobRunner::State::capacity() const {
  const std::size_t threads_wanted = std::max<std::size_t>(settings.threads, 1);
  if (mean_seconds < 0) return threads_wanted;
  const double ahead = kWorkAhead / std::max(mean_seconds, 1e-6);
  return threads_wanted + std::min(kMostAhead, static_cast<std::size_t>(ahead));
}

std::size_t JobRunner::State::free_places() const {
  if (!started || stopping || kinds.empty()) return 0;
  const std::size_t most = capacity();
  return most > here.size() ? most - here.size() : 0;
}

SharedJob JobRunner::State::next() {
  std::unique_lock lock(mutex);
  workers.wait(lock, [this] { return stopping || !ready.empty(); });
  if (stopping) return nullptr;
  SharedJob job = std::move(ready.front());
  ready.pop_front();
  return job;
}

void JobRunner::State::work() {
  while (const SharedJob job = next()) {
    const Kind& kind = kinds.at(job->job().kind);
    const auto handler = [&](JobContext& context) {
      return settings.around ? settings.around(context, kind.handler) : kind.handler(context);
    };
    const auto start = Clock::now();
    Ending ending = job->run(handler, kind.options, random_share());
    record(*job, std::move(ending), seconds_since(start));
  }
}

void JobRunner::State::record(const RunningJob& job, Ending ending, double seconds) {
  ending.kind = job.job().kind;
  ending.seconds = seconds;
  const std::lock_guard lock(mutex);
  mean_seconds = mean_seconds < 0 ? seconds : (1 - kNewWeight) * mean_seconds + kNewWeight * seconds;
  ended.push_back(std::move(ending));
  books.notify_one();
}

JobRunner::JobRunner(JobStore& store, RunnerSettings settings)
    : state_(std::make_unique<State>(store, std::move(settings))) {
  State* state = state_.get();
  state->ledger = std::thread([state] { state->keep_books(); });
}

JobRunner::~JobRunner() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    for (const SharedJob& job : state_->ready) state_->ended.push_back(job->unbegun());
    state_->ready.clear();
    for (const auto& [id, job] : state_->here) job->hand_back();
  }
  state_->workers.notify_all();
  state_->books.notify_one();
  for (std::thread& thread : state_->threads) thread.join();
  {
    const std::lock_guard lock(state_->mutex);
    state_->workers_gone = true;
  }
  state_->books.notify_one();
  state_->ledger.join();
}

void JobRunner::handle(std::string kind, Handler handler, KindOptions options) {
  state_->kind_names.push_back(kind);
  state_->kinds.insert_or_assign(std::move(kind), Kind{std::move(handler), options});
}

void JobRunner::attach(Announcer* announcer) {
  const std::lock_guard lock(state_->mutex);
  state_->announcer = announcer;
}

void JobRunner::start() {
  State* state = state_.get();
  const std::lock_guard lock(state->mutex);
  if (state->started) return;
  state->started = true;
  state->look = true;
  if (state->kinds.empty()) return;
  state->metrics.running(0);
  for (std::size_t i = 0; i < std::max<std::size_t>(state->settings.threads, 1); ++i) {
    state->threads.emplace_back([state] { state->work(); });
  }
  state->books.notify_one();
}

Async<Result<JobRecord>> JobRunner::submit(Submission submission) {
  State& state = *state_;
  const auto known = state.kinds.find(submission.kind);
  const KindOptions options = known == state.kinds.end() ? KindOptions{} : known->second.options;
  NewJob wanted;
  wanted.job.id = new_job_id();
  wanted.job.kind = std::move(submission.kind);
  wanted.job.principal = std::move(submission.principal);
  wanted.job.service = submission.service.empty() ? state.settings.service : std::move(submission.service);
  wanted.job.priority = submission.priority.value_or(options.priority);
  wanted.job.max_attempts = std::max(options.max_attempts, 1);
  wanted.job.created_at = utc_timestamp(std::chrono::system_clock::now());
  wanted.job.payload = std::move(submission.payload);
  wanted.job.request_id = std::move(submission.request_id);
  wanted.job.traceparent = std::move(submission.traceparent);
  wanted.delay = submission.delay;
  wanted.expires_after = submission.expires_after.value_or(options.expires_after);
  wanted.idempotency_key = std::move(submission.idempotency_key);

  trace::Span recorded = trace::begin(submission.span, "sql write", trace::SpanKind::client);
  if (recorded.recording())
    recorded.set("db.system.name", std::string(state.store.database().is_postgresql() ? "postgresql" : "sqlite"));
  const Executor executor = co_await asio::this_coro::executor;
  const auto waiting = std::make_shared<Waiting>(executor, std::move(wanted));
  {
    const std::lock_guard lock(state.mutex);
    if (state.stopping) co_return fail(ErrorKind::unavailable, state.settings.service + " is stopping; try again");
    std::size_t& queued = state.queued_of_tenant[waiting->wanted.job.principal.tenant];
    const bool ours = state.started && waiting->wanted.job.service == state.settings.service;  // else nobody counts
    if (ours && queued >= state.settings.tenant_queue_limit) {
      co_return fail(ErrorKind::too_many_requests, std::to_string(queued) + " jobs of your organisation wait in " +
                                                       state.settings.service + "; try again when some have ended");
    }
    ++queued;
    state.submitted.push_back(waiting);
    state.books.notify_one();
  }
  const auto waited = co_await waiting->timer.async_wait(asio::as_tuple(use_async));
  static_cast<void>(waited);  // cancelled by the answer, or with the caller
  if (waiting->answered && !waiting->answer) recorded.fail(waiting->answer.error().message);
  if (!waiting->answered) co_return fail(ErrorKind::cancelled, "the caller no longer waits for the job to be accepted");
  co_return std::move(waiting->answer);
}

void JobRunner::permit(std::vector<Permit> permits) {
  const std::lock_guard lock(state_->mutex);
  for (Permit& permit : permits) state_->permits.push_back(std::move(permit));
  state_->books.notify_one();
}

std::size_t JobRunner::permits_wanted() const {
  const std::lock_guard lock(state_->mutex);
  const std::size_t places = state_->free_places();
  return places > state_->permits.size() ? places - state_->permits.size() : 0;
}

bool JobRunner::handles_any() const noexcept { return !state_->kinds.empty(); }

void JobRunner::cancel(const std::string& id) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->here.find(id);
  if (found != state_->here.end()) found->second->cancel_for_user();
}

void JobRunner::look_now() {
  const std::lock_guard lock(state_->mutex);
  state_->look = true;
  state_->books.notify_one();
}

void JobRunner::announce_waiting() {
  const std::lock_guard lock(state_->mutex);
  state_->announce_again = true;
  state_->look = true;
  state_->books.notify_one();
}

std::size_t JobRunner::active() const noexcept {
  const std::lock_guard lock(state_->mutex);
  return state_->here.size();
}

}  // namespace valion::jobs

// The ledger thread: gathers, writes, tells.
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

#include "platform/jobs/job_rows.hpp"
#include "platform/jobs/runner_state.hpp"

namespace valion::jobs {
namespace {

using namespace std::chrono_literals;
constexpr auto kBetweenSaves = 250ms;  // of progress, and of looks at what was claimed ahead too early
constexpr auto kBetweenCounts = 5'000ms;
constexpr auto kPauseAfterFailure = 200ms;
constexpr int kMostAnnounced = 1'000;  // again, after Redis was lost; the rest is found in SQL
constexpr int kLastFailures = 10;      // of the database, before a stopping process gives up

}  // namespace

bool JobRunner::State::has_work() const {
  if (!submitted.empty() || !ended.empty()) return true;
  return free_places() > 0 && (look || !permits.empty());
}

JobRunner::State::Clock::time_point JobRunner::State::next_due() const {
  Clock::time_point due = Clock::now() + store.timing().poll;
  if (!here.empty()) due = std::min({due, next_beat_, next_save_});
  if (free_places() > 0) due = std::min(due, next_poll_);
  if (started && !stopping && !kinds.empty()) due = std::min({due, next_sweep_, next_count_});
  return due;
}

void JobRunner::State::keep_books() {
  std::unique_lock lock(mutex);
  while (true) {
    const auto ready_to_go = [this] { return has_work() || workers_gone; };
    if (retry_at_ > Clock::now()) {
      books.wait_until(lock, retry_at_, [this] { return workers_gone; });
    } else {
      books.wait_until(lock, next_due(), ready_to_go);
    }
    if (workers_gone && ended.empty() && submitted.empty()) return;
    if (workers_gone && failures_ > kLastFailures) return;  // the rows go stale, and others go on with them
    const auto now = Clock::now();
    if (retry_at_ > now && !workers_gone) continue;
    Batch batch = gather(now);
    const bool house_keeping = started && !stopping && !kinds.empty();
    const bool again = std::exchange(announce_again, false);
    lock.unlock();
    if (batch.wanted > 0 && batch.permits.empty() && !something_ready()) batch.wanted = 0;
    if (!batch.empty()) {
      const Result<void> done = commit(batch);
      if (done) {
        failures_ = 0;
        finish(batch, now);
      } else {
        put_back(batch, done.error());
      }
    }
    if (house_keeping) {
      sweep_if_due(now);
      count_if_due(now);
    }
    if (again) announce_waiting();
    lock.lock();
  }
}

// With the mutex held. Permits go with the claims they allow; a look into SQL needs none.
Batch JobRunner::State::gather(Clock::time_point now) {
  Batch batch;
  const std::size_t places = free_places();
  const bool poll = places > 0 && (look || now >= next_poll_);
  if (poll) {
    next_poll_ = now + store.timing().poll;
    look = false;
  }
  batch.wanted = poll ? places : std::min(places, permits.size());
  const std::size_t used = std::min(batch.wanted, permits.size());
  batch.permits.assign(std::make_move_iterator(permits.begin()),
                       std::make_move_iterator(permits.begin() + static_cast<std::ptrdiff_t>(used)));
  permits.erase(permits.begin(), permits.begin() + static_cast<std::ptrdiff_t>(used));
  if (now >= next_save_) {
    next_save_ = now + kBetweenSaves;
    hand_back_late(now);
    for (const auto& [id, job] : here) batch.saving.push_back(job);
  }
  batch.submitted.swap(submitted);
  batch.ended.swap(ended);
  if (now >= next_beat_ && !here.empty()) {
    next_beat_ = now + store.timing().heartbeat;
    batch.beats = true;
  }
  return batch;
}

// Claimed ahead because jobs were quick, and then one was not: somebody else may be free.
void JobRunner::State::hand_back_late(Clock::time_point now) {
  while (!ready.empty() && ready.size() + settings.threads <= here.size() &&
         now - ready.back()->claimed_at() > kBetweenSaves) {
    Ending back = ready.back()->unbegun();
    back.kind = ready.back()->job().kind;
    ended.push_back(std::move(back));
    ready.pop_back();
    mean_seconds = -1;
  }
}

Claiming JobRunner::State::claiming() const {
  return {
      clock, store.database().is_postgresql(), settings.service, settings.instance, kind_names, settings.tenant_limit};
}

bool JobRunner::State::something_ready() {
  bool found = false;
  const Claiming asked = claiming();
  const auto done = store.database().transact(
      [&](soci::session& session) {
        found = FairClaim::anything_ready(session, asked);
        return true;
      },
      sql::Access::read);
  return done && found;
}

// May run again after a lost race, so it begins by forgetting what came of it the last time.
void JobRunner::State::apply(soci::session& session, Batch& batch) {
  batch.inserted.clear();
  batch.kept.clear();
  if (!batch.ended.empty()) {
    EndJobs ending(session, clock);
    for (const Ending& one : batch.ended) batch.kept.push_back(ending.end(one));
  }
  if (!batch.submitted.empty()) {
    InsertJobs inserting(session, clock);
    for (const SharedWaiting& one : batch.submitted) batch.inserted.push_back(inserting.insert(one->wanted));
  }
  if (batch.beats) batch.heartbeats = beat(session, clock, settings.service, settings.instance);
  if (batch.wanted > 0) {
    batch.claimed = fair_.claim(session, claiming(), batch.wanted, [&](const std::string& id) {
      const std::lock_guard lock(mutex);
      return here.contains(id);
    });
  }
}

Result<void> JobRunner::State::commit(Batch& batch) {
  std::vector<std::pair<SharedJob, RunningJob::Unsaved>> saves;
  for (const SharedJob& job : batch.saving) {
    if (auto unsaved = job->take_unsaved()) saves.emplace_back(job, std::move(*unsaved));
  }
  batch.saving.clear();
  if (saves.empty() && batch.empty()) return {};
  auto done = store.database().transact([&](soci::session& session) {
    for (const auto& [job, unsaved] : saves) {
      if (!write_progress(session, job->job().id, job->job().fence, unsaved.progress, unsaved.checkpoint)) job->lose();
    }
    apply(session, batch);
    return true;
  });
  const bool lonely = batch.submitted.size() + batch.ended.size() <= 1;
  if (done || lonely || done.error().kind == ErrorKind::unavailable) return done;
  commit_one_by_one(batch);
  return {};
}

// One of many could not be written: the others must not suffer.
void JobRunner::State::commit_one_by_one(Batch& batch) {
  Batch all;
  std::swap(all, batch);
  batch.permits = std::move(all.permits);
  const auto began = Clock::now();
  for (SharedWaiting& one : all.submitted) {
    Batch single;
    single.submitted.push_back(std::move(one));
    const Result<void> done = commit(single);
    done ? finish(single, began) : put_back(single, done.error());
  }
  for (Ending& one : all.ended) {
    Batch single;
    single.ended.push_back(std::move(one));
    const Result<void> done = commit(single);
    done ? finish(single, began) : put_back(single, done.error());
  }
}

// What could not be written. Callers of submit() learn it; outcomes are tried again, or, when it is they that cannot be
// written, replaced by that fact.
void JobRunner::State::put_back(Batch& batch, const Error& error) {
  ++failures_;
  if (failures_ == 1) complain("cannot write jobs: " + error.message);
  for (const SharedWaiting& one : batch.submitted) one->answer = fail(error);
  answer(std::move(batch.submitted));
  const std::lock_guard lock(mutex);
  retry_at_ = Clock::now() + kPauseAfterFailure;
  look = true;
  for (Ending& one : batch.ended) {
    if (error.kind != ErrorKind::unavailable && one.state == JobState::succeeded) {
      one.state = JobState::failed;
      one.result.clear();
      one.effect = nullptr;
      one.error = make_error(ErrorKind::internal, "the result could not be stored: " + error.message);
    }
    ended.push_back(std::move(one));
  }
  for (Permit& one : batch.permits) permits.push_back(std::move(one));
}

void JobRunner::State::finish(Batch& batch, Clock::time_point began) {
  std::vector<JobRecord> announced;
  for (std::size_t i = 0; i < batch.submitted.size(); ++i) {
    JobRecord& job = batch.inserted[i];
    if (job.id == batch.submitted[i]->wanted.job.id && batch.submitted[i]->wanted.delay.count() == 0) {
      announced.push_back(job);
      announced.back().payload.clear();
    }
    batch.submitted[i]->answer = std::move(job);
  }
  for (std::size_t i = 0; i < batch.ended.size(); ++i) {
    const Ending& one = batch.ended[i];
    if (!batch.kept[i] || one.state != JobState::queued || one.pause.count() > 0) continue;
    JobRecord job;
    job.id = one.id;
    job.service = settings.service;
    announced.push_back(std::move(job));
  }
  answer(std::move(batch.submitted));
  hear_beats(batch, began);
  settle(batch);
  adopt(batch, began);
  const std::lock_guard lock(mutex);
  if (announcer == nullptr) {
    look = look || !announced.empty();
    return;
  }
  if (!announced.empty()) announcer->ready(std::move(announced));
  if (!batch.permits.empty()) announcer->used(std::move(batch.permits));
  announcer->wants_permits();
}

void JobRunner::State::answer(std::vector<SharedWaiting> waiting) {
  if (waiting.empty()) return;
  const Executor executor = waiting.front()->executor;
  asio::post(executor, [all = std::move(waiting)] {
    for (const SharedWaiting& one : all) {
      one->answered = true;
      one->timer.cancel();
    }
  });
}

void JobRunner::State::hear_beats(Batch& batch, Clock::time_point began) {
  if (!batch.beats) return;
  const std::lock_guard lock(mutex);
  for (const auto& [id, job] : here) {
    const auto found = batch.heartbeats.find(id);
    if (found == batch.heartbeats.end() || found->second.fence != job->job().fence) {
      job->lose();  // or it has just ended
      continue;
    }
    job->extend_lease(began + store.timing().stale_after());
    if (found->second.cancel_requested) job->cancel_for_user();
  }
}

void JobRunner::State::settle(Batch& batch) {
  const std::lock_guard lock(mutex);
  for (std::size_t i = 0; i < batch.ended.size(); ++i) {
    const Ending& one = batch.ended[i];
    here.erase(one.id);
    if (one.seconds >= 0) metrics.attempt_ended(one.kind, outcome_of(one, batch.kept[i]), one.seconds);
  }
  // A tenant at its limit may have room again.
  if (!batch.ended.empty() && limited_) look = true;
  metrics.running(here.size());
}

void JobRunner::State::adopt(Batch& batch, Clock::time_point began) {
  if (batch.wanted == 0) return;
  const std::lock_guard lock(mutex);
  limited_ = batch.claimed.limited;
  // More than it could take: perhaps more is there than there are permits.
  if (batch.claimed.jobs.size() == batch.wanted && batch.permits.size() < batch.wanted) look = true;
  for (JobRecord& job : batch.claimed.jobs) {
    auto& queued = queued_of_tenant[job.principal.tenant];
    if (queued > 0) --queued;
    const std::string id = job.id;
    auto running = std::make_shared<RunningJob>(store.database(), std::move(job), began + store.timing().stale_after());
    here.emplace(id, running);
    if (stopping) {
      ended.push_back(running->unbegun());
    } else {
      ready.push_back(std::move(running));
    }
  }
  metrics.running(here.size());
  batch.claimed.jobs.size() == 1 ? workers.notify_one() : workers.notify_all();
}

void JobRunner::State::sweep_if_due(Clock::time_point now) {
  if (now < next_sweep_) return;
  next_sweep_ = now + 2 * store.timing().heartbeat;
  const auto stale_after = store.timing().stale_after();
  bool found = false;
  const auto looked = store.database().transact(
      [&](soci::session& session) {
        found = needs_sweep(session, clock, stale_after, settings.service);
        return true;
      },
      sql::Access::read);
  if (!looked || !found) return;
  Swept swept;
  const auto done = store.database().transact([&](soci::session& session) {
    swept = sweep(session, clock, stale_after, settings.service);
    return true;
  });
  if (!done || swept.queued.empty()) return;
  const std::lock_guard lock(mutex);
  look = true;
  if (announcer != nullptr) announcer->ready(std::move(swept.queued));
}

void JobRunner::State::count_if_due(Clock::time_point now) {
  if (now < next_count_) return;
  next_count_ = now + kBetweenCounts;
  JobCounts counts;
  const auto done = store.database().transact(
      [&](soci::session& session) {
        counts = count_jobs(session, settings.service);
        return true;
      },
      sql::Access::read);
  if (!done) return;
  metrics.counted(counts, kind_names);
  const std::lock_guard lock(mutex);
  queued_of_tenant = std::move(counts.queued_of_tenant);
}

void JobRunner::State::announce_waiting() {
  std::vector<JobRecord> waiting;
  const auto done = store.database().transact(
      [&](soci::session& session) {
        waiting = select_jobs(session,
                              "where service = :service and state = 'queued' and not_before_ms <= " + clock +
                                  " order by priority, id limit " + std::to_string(kMostAnnounced),
                              settings.service);
        return true;
      },
      sql::Access::read);
  const std::lock_guard lock(mutex);
  if (done && !waiting.empty() && announcer != nullptr) announcer->ready(std::move(waiting));
}

void JobRunner::State::complain(const std::string& message) const {
  if (settings.complain) settings.complain(message);
}

}  // namespace valion::jobs

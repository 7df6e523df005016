// Jobs between processes, through Redis Streams: permits to claim, and cancel requests. Never the truth: see docs/adr/0008.
//
//   valion:jobs:{service}:{priority}   a permit a waiting job; consumer group `workers`, a consumer an instance
//   valion:jobs:signals                cancel requests, read by every process
//
// Without Redis nothing is lost: runners look into SQL. On the event loop's thread unless said otherwise.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "platform/async/async.hpp"
#include "platform/jobs/jobs.hpp"
#include "platform/redis/redis.hpp"

namespace valion::jobs {

class JobStreams final : public Announcer {
 public:
  // `commands` outlives this. Opens two connections of its own, for reads that block.
  JobStreams(Executor executor, redis::Client& commands, redis::Settings settings, std::string service,
             std::string instance, JobTiming timing);
  // Without leave() the runner must still be there.
  ~JobStreams() override;

  // Spans of the announcements, below whoever submitted each job. Before start().
  void trace(trace::Tracer tracer);
  // Attaches itself to the runner and begins to read for it.
  void start(JobRunner& runner);
  // Reads no more and forgets the runner, which may then go; what it hands back is still announced.
  void leave();
  // After the runner is gone: removes the consumer.
  Async<void> close();

  // From any thread.
  void ready(std::vector<JobRecord> jobs) override;
  void used(std::vector<Permit> permits) override;
  void wants_permits() override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Tells every process to stop that job now. An error is no harm: the heartbeat tells it too.
Async<Result<void>> push_cancel(redis::Client& redis, std::string id);
// Tells the service that a job may run, from a process that is not one of its runners (replay).
Async<Result<void>> push_ready(redis::Client& redis, JobRecord job);

}  // namespace valion::jobs

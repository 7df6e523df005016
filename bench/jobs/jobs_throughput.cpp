// Small jobs a second, end to end: accepted, recorded in SQL, announced on a Redis Stream, claimed, run, result in SQL.
//
//   jobs_throughput REDIS_URL DATABASE_URL JOBS IN_FLIGHT [full|normal]     how SQLite commits; as the services: full
//
// Prints `seconds jobs_per_second` and fails when any job did not run exactly once, or when SQL does not say so too.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/jobs/job_streams.hpp"

namespace valion {
namespace {

using Clock = std::chrono::steady_clock;

struct Run {
  explicit Run(std::size_t count) : times_run(count) {}
  std::vector<std::atomic<int>> times_run;
  std::atomic<std::size_t> run{0};
  std::size_t submitted = 0;
  std::size_t accepted = 0;
  bool failed = false;
};

Async<void> submit_in_turn(jobs::JobRunner& runner, Run& run) {
  while (run.submitted < run.times_run.size()) {
    jobs::Submission wanted;
    wanted.kind = "small";
    wanted.payload = std::to_string(run.submitted++);
    wanted.principal = Principal{"acme", "ana", {"appraiser"}};
    const auto job = co_await runner.submit(std::move(wanted));
    if (!job) {
      std::fprintf(stderr, "%s\n", job.error().message.c_str());
      run.failed = true;
      co_return;
    }
    ++run.accepted;
  }
}

long long count_in_sql(sql::Database& database, const std::string& condition) {
  long long count = -1;
  const auto done = database.transact(
      [&](soci::session& session) {
        session << "select count(*) from jobs where " + condition, soci::into(count);
        return true;
      },
      sql::Access::read);
  return done ? count : -1;
}

// Seconds until the results of all are in SQL; negative when something is wrong.
double measure(asio::io_context& loop, sql::Database& database, jobs::JobRunner& runner, Run& run,
               std::size_t in_flight) {
  const long long before = count_in_sql(database, "state = 'succeeded' and attempt = 1");
  const auto wanted = before + static_cast<long long>(run.times_run.size());
  const auto start = Clock::now();
  for (std::size_t i = 0; i < in_flight; ++i) {
    asio::co_spawn(loop, submit_in_turn(runner, run), asio::detached);
  }
  while (run.run < run.times_run.size() || runner.active() > 0) {
    if (run.failed || Clock::now() - start > std::chrono::seconds{120}) return -1;
    loop.restart();
    loop.run_for(std::chrono::milliseconds{5});
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  for (const auto& times : run.times_run) {
    if (times != 1) return -1;
  }
  return count_in_sql(database, "state = 'succeeded' and attempt = 1") == wanted ? seconds : -1;
}

int bench(const std::string& redis_url, const std::string& database_url, std::size_t count, std::size_t in_flight,
          sql::Durability durability) {
  asio::io_context loop{1};
  redis::Settings redis_settings;
  redis_settings.url = redis_url;
  redis::Client client(loop.get_executor(), redis_settings);
  sql::Database database(database_url, 4, durability);
  jobs::JobStore store(database);
  jobs::RunnerSettings settings;
  settings.service = "bench";
  settings.instance = "bench-1";
  settings.tenant_queue_limit = 10'000'000;
  settings.complain = [](const std::string& message) { std::fprintf(stderr, "%s\n", message.c_str()); };
  jobs::JobRunner runner(store, settings);
  std::shared_ptr<Run> run;
  runner.handle("small", [&run](jobs::JobContext& job) -> Result<std::string> {
    ++run->times_run[std::stoul(job.job().payload)];
    ++run->run;
    return "{\"answer\":" + job.job().payload + "}";
  });
  jobs::JobStreams streams(loop.get_executor(), client, redis_settings, "bench", "bench-1", store.timing());
  runner.start();
  streams.start(runner);
  loop.run_for(std::chrono::milliseconds{200});

  double seconds = -1;
  for (const std::size_t size : {std::max<std::size_t>(count / 10, 1), count}) {  // the first warms up
    run = std::make_shared<Run>(size);
    seconds = measure(loop, database, runner, *run, in_flight);
    if (seconds < 0) break;
  }
  streams.leave();
  if (seconds < 0) {
    std::fprintf(stderr, "not every job ran exactly once\n");
    return 1;
  }
  std::printf("%.3f %.1f\n", seconds, static_cast<double>(count) / seconds);
  return 0;
}

}  // namespace
}  // namespace valion

int main(int count, char** words) {
  if (count < 5) {
    std::fprintf(stderr, "usage: jobs_throughput REDIS_URL DATABASE_URL JOBS IN_FLIGHT [full|normal]\n");
    return 2;
  }
  const bool full = count < 6 || std::string_view(words[5]) != "normal";
  return valion::bench(words[1], words[2], std::strtoul(words[3], nullptr, 10), std::strtoul(words[4], nullptr, 10),
                       full ? valion::sql::Durability::full : valion::sql::Durability::normal);
}

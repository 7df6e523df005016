// What a job is: values only. State machine, fencing and streams: docs/adr/0008.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/identity.hpp"
#include "base/result.hpp"
#include "platform/trace/span.hpp"

namespace valion::jobs {

enum class JobState { queued, running, succeeded, failed, cancelled, expired };
[[nodiscard]] std::string_view name_of(JobState state) noexcept;
[[nodiscard]] std::optional<JobState> parse_state(std::string_view text) noexcept;
[[nodiscard]] constexpr bool has_ended(JobState state) noexcept {
  return state != JobState::queued && state != JobState::running;
}

// Strict: a waiting `high` job is claimed before any `normal` one of the same service.
enum class Priority { high, normal, low };
[[nodiscard]] std::string_view name_of(Priority priority) noexcept;
[[nodiscard]] std::optional<Priority> parse_priority(std::string_view text) noexcept;

struct Progress {
  double done = 0;  // in units of `total`
  double total = 1;
  std::string stage;          // what is being done, in words for the user
  std::optional<double> eta;  // seconds left, from the speed of this attempt so far
};

// One row. Moments are RFC 3339 in UTC, empty if not yet.
struct JobRecord {
  std::string id;    // sorts by the moment of its creation
  std::string kind;  // `ml.training`, `reports.render`, …
  Principal principal;
  std::string service;   // whose handler runs it
  std::string instance;  // which process runs it, or ran it last
  JobState state = JobState::queued;
  Priority priority = Priority::normal;
  int attempt = 0;  // 1 for the first
  int max_attempts = 1;
  std::int64_t fence = 0;     // grows with every claim
  std::int64_t revision = 0;  // grows with every change that a watcher can see
  Progress progress;
  std::string created_at, started_at, finished_at;
  std::string not_before;      // queued for later: the moment from which it may run
  std::string payload;         // JSON, what the handler is given
  std::string checkpoint;      // JSON, what an earlier attempt saved; empty if nothing
  std::string result;          // JSON, the answer; empty until succeeded
  std::optional<Error> error;  // of the last attempt that failed
  bool dead = false;           // failed although it was worth trying again: a dead letter
  bool cancel_requested = false;
  std::string request_id;   // of the request that submitted it
  std::string traceparent;  // W3C, likewise; empty if none
};

// What is asked for. `kind` must have a handler in some instance of `service`.
struct Submission {
  std::string kind;
  std::string payload = "{}";  // JSON
  Principal principal;
  std::string service;                                     // empty: the submitting one
  std::optional<Priority> priority;                        // absent: the kind's
  std::chrono::milliseconds delay{0};                      // not before
  std::optional<std::chrono::milliseconds> expires_after;  // absent: the kind's
  // Two submissions of one tenant, user and non-empty key are one job (for as long as idempotency keys are kept).
  std::string idempotency_key;
  std::string request_id;
  std::string traceparent;
  trace::Parent span;  // what the recording in SQL hangs below
};

// How jobs of one kind are treated; the defaults suit work of seconds to hours.
struct KindOptions {
  int max_attempts = 3;                          // counting the first, and attempts whose worker died
  std::chrono::milliseconds first_pause{1'000};  // before the second attempt; doubles
  std::chrono::milliseconds longest_pause{300'000};
  std::chrono::milliseconds expires_after{std::chrono::hours{24 * 7}};  // still queued then: expired
  Priority priority = Priority::normal;
};

// Whether trying again may help. The rest (invalid, not_found, forbidden, …) would fail the same way.
[[nodiscard]] bool worth_retrying(ErrorKind kind) noexcept;
// Exponential with jitter: between half and all of first_pause * 2^(attempt - 1), at most longest_pause. `random` in [0, 1).
[[nodiscard]] std::chrono::milliseconds pause_before_retry(const KindOptions& options, int attempt,
                                                           double random) noexcept;

// A new id: `job-` and 20 characters of Crockford's base 32, the first eleven the moment (in one process strictly growing).
[[nodiscard]] std::string new_job_id();

}  // namespace valion::jobs

// Load shedding: how many requests may be under way at once, learnt from how long they take. One per called service
// (and, if wanted, one for the whole gateway); plain functions, a few nanoseconds each; not thread-safe.
//
// A service that is given more than it can do at once answers later, not more. So the limit follows the gradient of
// latency, after Netflix' concurrency-limits. Of each window (at least 100 ms and 16 answers) the mean latency is held
// against the one without a queue:
//   gradient = clamp(tolerance * without_queue / now, 0.5, 1)      tolerance 1.5: half as long again is no queue yet
//   limit   <- 0.8 limit + 0.2 (limit * gradient + sqrt(limit))     sqrt(limit): the queue we allow, and how it grows
// It moves only while more than half of it is used: a quiet hour teaches nothing. A window in which more than a tenth
// fails (`ok` false: no answer in time, no connection, 503) shrinks it by a tenth. Always between `least` and the fixed
// ceiling `most`.
//
// The latency without a queue falls quickly to what is seen. It rises, slowly, only where the queue cannot be ours:
// while less than half of the limit is used, and at the floor. So a long overload does not make its own queue the
// measure (what Gradient2 suffers from), and a service that has become slower for good is known to be so within
// seconds.
//
// Over the limit a request hears 503 + Retry-After at once. Vital requests (health, admin, progress of jobs) always
// pass; they are counted, so they push out others.
#pragma once

#include <chrono>
#include <cstdint>

#include "services/api_gateway/limits/decision.hpp"

namespace valion::gateway::limits {

struct ConcurrencySettings {
  double first = 200;   // before anything is learnt
  double least = 20;    // never fewer
  double most = 2'000;  // the ceiling
  double tolerance = 1.5;
  std::chrono::milliseconds window{100};
  std::chrono::seconds retry_after{1};  // what a shed request is told
};

enum class Importance { ordinary, vital };

class ConcurrencyLimit {
 public:
  explicit ConcurrencyLimit(ConcurrencySettings settings = {});

  // False: shed it. Every true must be followed by one leave() or abandon().
  [[nodiscard]] bool try_enter(Importance importance = Importance::ordinary) noexcept;
  // `latency`: to the head of the answer; for answers that stream leave() when the head is there. `ok` false: overload
  // (timeout, 503, connection refused), not the client's own fault.
  void leave(Span latency, bool ok, Moment now) noexcept;
  void abandon() noexcept;  // the client went away, or a wait it had asked for: teaches nothing

  [[nodiscard]] int under_way() const noexcept { return under_way_; }
  [[nodiscard]] int limit() const noexcept;
  [[nodiscard]] std::uint64_t shed() const noexcept { return shed_; }  // since the start
  [[nodiscard]] std::chrono::seconds retry_after() const noexcept { return settings_.retry_after; }

 private:
  void learn(Moment now) noexcept;
  void follow(double latency) noexcept;  // seconds

  ConcurrencySettings settings_;
  double limit_;
  int under_way_ = 0;
  std::uint64_t shed_ = 0;
  // The window of now:
  Moment began_{};
  double sum_ = 0;  // of latencies, seconds
  int answers_ = 0;
  int failures_ = 0;
  int most_under_way_ = 0;
  double without_queue_ = 0;  // latency, seconds; 0: nothing known
};

}  // namespace valion::gateway::limits

// How often a subject (API key, user, tenant or address) may ask on a route: one limit for all gateways.
//
// The truth is a GCRA in Redis, on Redis' own clock (redis_leases.hpp); a gateway leases a few permits at once and
// gives them out by itself (lease_book.hpp says how few, and why the error stays below 5 %). So:
//   decide()   the common case, in memory: a leased permit, or a refusal that is known to hold. No lock, no allocation
//   lease()    the rare one: asks Redis, one call for all who wait for the same key
// Redis away (no connection, an error, no answer within `patience`): each gateway goes on with its part of the bound,
// the whole divided by the gateways last seen alive, and starts from what it knew of the shared state. A probe every
// `probe_every` finds Redis again; what was used meanwhile is told to it with the next lease, so a Redis that lost
// everything opens no gate.
//
//   const WhichLimit which = which_limit(route, caller, address);  // limit null: not counted
//   auto decision = limiter.decide(which.subject, route.name, *which.limit, now);
//   if (!decision) decision = co_await limiter.lease(std::string(which.subject), route.name, *which.limit);
//   … append_limit_fields(head, route.name, *decision, older_fields); refused: 429
//
// One per event loop; not thread-safe. May be destroyed while somebody waits in lease(): he gets his answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/async/async.hpp"
#include "platform/redis/redis.hpp"
#include "services/api_gateway/limits/decision.hpp"
#include "services/api_gateway/routing/route.hpp"

namespace valion::gateway::limits {

struct LimiterSettings {
  bool shared = true;  // false: there is no Redis here, this gateway has the whole of every limit; it counts as away
  std::string prefix = "valion";               // of the keys in Redis: `{prefix}:limit:{name}:{subject}`
  std::chrono::milliseconds patience{50};      // how long a request waits for Redis at most
  std::chrono::milliseconds probe_every{100};  // while Redis is away
  std::size_t most_keys = 100'000;  // remembered here, about 200 bytes each; beyond, the least used are forgotten
  std::function<std::size_t()> gateways = [] { return std::size_t{1}; };  // alive, as last known: live_gateways.hpp
};

// Since the start, each counted once.
struct LimiterFigures {
  std::uint64_t in_memory = 0;   // requests decided without Redis while it was there
  std::uint64_t by_lease = 0;    // requests that waited for Redis
  std::uint64_t local = 0;       // requests decided by this gateway's part of the bound
  std::uint64_t refused = 0;     // of all these
  std::uint64_t leases = 0;      // calls of the lease script
  std::uint64_t failures = 0;    // calls without an answer in time, or with an error
  std::uint64_t given_back = 0;  // permits leased and not used
  std::size_t keys = 0;          // remembered now
  bool away = false;             // Redis is, now
};

// One key, for the operator.
struct KeyState {
  std::string name;
  std::string subject;
  std::uint32_t limit = 0;
  std::uint32_t remaining = 0;  // as this gateway knows
  std::uint32_t leased = 0;     // of these, in its own hands
};

class Limiter {
 public:
  // `redis` must outlive the limiter.
  Limiter(const Executor& executor, redis::Client& redis, LimiterSettings settings);
  ~Limiter();
  Limiter(Limiter&&) noexcept;
  Limiter& operator=(Limiter&&) = delete;

  // `name`: of the limit, e.g. the route's; subjects of different names do not meet. Changed numbers (a reload) hold at
  // once. Nothing: Redis must be asked, call lease(). A limit of 0 requests refuses all.
  [[nodiscard]] std::optional<Decision> decide(std::string_view subject, std::string_view name, const RateLimit& limit,
                                               Moment now);
  // Never later than `patience`.
  Async<Decision> lease(std::string subject, std::string name, RateLimit limit);
  // Gives every unused permit back, at most `patience`: call it when draining, after the last request.
  Async<void> give_back_all();

  [[nodiscard]] LimiterFigures figures() const;
  // The keys that have used most of their limit, at most `most`. O(keys): for the admin page.
  [[nodiscard]] std::vector<KeyState> nearest(std::size_t most) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace valion::gateway::limits

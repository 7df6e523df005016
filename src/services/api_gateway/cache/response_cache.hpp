// The gateway's response cache: a shared cache by RFC 9111, in memory and behind that in Redis. What the edge uses of it.
//
//   Verdict verdict = cache.look(question);              // plain function; a hit costs well below a microsecond
//   if (verdict.kind == ask) found = co_await cache.resolve(question);   // second cache, or another's fetch of the same
//   hit:          write it (hit.hpp). With `fetch` beside it: carry that out in the background, nobody waits for it.
//   fetch:        send fetch->request() upstream in place of the client's head, then tell it everything that comes:
//                   outcome = fetch->on_head(answer, framing)
//                     relay:   pass the answer on; hand every piece of the body to on_body() on its way; on_end() when whole
//                     serve:   write outcome.hit, drop the answer (a 304 to our condition; a 5xx that a stale answer covers)
//                     repeat:  drop the answer and send fetch->request(), now without conditions, once more
//                   outcome = fetch->on_failure()        // no answer at all: serve a stale one, or relay = the edge's own 502…
//                 Dropping a Fetch before on_end() keeps nothing and sets free whoever waits for it.
//   bypass:       relay as if there were no cache
//   unavailable:  answer 504 (only-if-cached)
//
// Every answer to a request that is not GET or HEAD also goes to on_unsafe_answer(). Cache-Tag and Surrogate-Key are for the
// cache alone: the edge strips fields for which is_cache_internal() holds from what it relays.
//
// Several gateways: an invalidation or purge takes effect here at once, in Redis and for everything another gateway reads from
// there at once too, and in the memory of the others within Settings::poll (100 ms) plus one round trip. While Redis is away
// each gateway has its own memory only; what the others invalidate meanwhile is applied when Redis is back, and until then the
// bound is the answer's own freshness.
//
// One per event loop, and used on it only: no locks, no shards. Whoever runs several loops gives each its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "platform/async/async.hpp"
#include "services/api_gateway/cache/fetch.hpp"
#include "services/api_gateway/cache/hit.hpp"
#include "services/api_gateway/cache/key.hpp"
#include "services/api_gateway/cache/statistics.hpp"
#include "services/api_gateway/message/head.hpp"
#include "services/api_gateway/routing/route.hpp"

namespace valion::redis {
class Client;
}

namespace valion::gateway::cache {

struct Settings {
  std::size_t memory = 64u << 20;                 // bytes of the first cache, everything counted; 0: no cache at all
  std::size_t largest_in_memory = 8u << 20;       // bytes of one answer there; also at most an eighth of `memory`
  std::size_t largest_in_redis = 1u << 20;        // bytes of one answer there
  std::string redis_prefix = "valion:cache:";     // of all its keys
  std::chrono::milliseconds poll{100};            // between looks at what other gateways have invalidated
  std::chrono::milliseconds patience{5'000};      // how long a request waits for another's fetch of the same
  std::chrono::milliseconds redis_patience{250};  // how long a request waits for the second cache
  std::function<Moment()> clock = moment_now;
  // Whether an answer to GET of this target may be kept at all, by the route table; empty: any may. Spares unsafe requests
  // elsewhere the word to the other gateways.
  std::function<bool(std::string_view target)> may_hold;
};

// What is asked of the cache. Views and references: all of it outlives the call, also of resolve() until that has answered.
struct Question {
  const RequestHead& request;
  const Route& route;
  Partition partition;    // of the caller's tenant; anybody() for requests without a caller
  std::string_view host;  // the authority of the request, as sent
};

struct Verdict {
  enum class Kind { hit, ask, bypass, unavailable };
  Kind kind = Kind::bypass;
  std::optional<Hit> hit;
  std::unique_ptr<Fetch> fetch;  // beside a stale hit: whoever takes it refreshes
};

struct Found {
  std::optional<Hit> hit;
  std::unique_ptr<Fetch> fetch;  // without a hit: answer with it; beside a stale one: likewise, or drop it
};

// Names of response fields that services tell the cache something with, and clients never see.
[[nodiscard]] bool is_cache_internal(std::string_view field_name) noexcept;

class ResponseCache {
 public:
  // `redis` may be null: memory only. Else it outlives the cache, which spawns its reader of invalidations on `executor`.
  ResponseCache(Executor executor, Settings settings, redis::Client* redis = nullptr);
  ~ResponseCache();  // ends the reader; fetches still under way keep nothing
  ResponseCache(const ResponseCache&) = delete;
  ResponseCache& operator=(const ResponseCache&) = delete;

  // Bypass when the route does not cache, the method is not GET or HEAD, or the request is one that only the service can
  // judge (If-Match, a body, an upgrade, a caller on a route that does not keep authorised answers).
  [[nodiscard]] Verdict look(const Question& question);
  // After Kind::ask. Exactly one of the many that ask the same at once gets a fetch that leads; the others wait for it.
  [[nodiscard]] Async<Found> resolve(Question question);

  // RFC 9111 section 4.4: forgets the target, and what Location and Content-Location of the same host name, for every tenant.
  // For all answers to methods other than GET, HEAD, OPTIONS and TRACE; errors change nothing.
  void on_unsafe_answer(const Question& question, const ResponseHead& answer);

  // Each takes effect in all gateways. What is in memory here and was dropped is counted in the answer.
  std::size_t purge_target(std::string_view host, std::string_view target);
  std::size_t purge_tag(std::string_view tag);
  std::size_t purge_prefix(std::string_view path_prefix);  // of paths, on any host
  std::size_t purge_all();

  [[nodiscard]] Statistics statistics() const;

  struct State;  // shared with the fetches under way

 private:
  std::shared_ptr<State> state_;
};

// The Cache-Status member (RFC 9211) of an answer that went past the cache: `Valion; fwd=bypass`, or `fwd=method`.
[[nodiscard]] std::string_view cache_status_of_bypass(const RequestHead& request) noexcept;

}  // namespace valion::gateway::cache

// The second cache: entries in Redis, for all gateways, and the order of all invalidations.
//
// Keys below the prefix: `e:` + SHA-256 of tenant, host, target (and of the request fields an answer depends on) > entry_codec;
// `log`, a stream of the last 100,000 invalidations; `birth`, drawn when the log begins, so that a wiped Redis is noticed.
//
// Every entry carries the position of the log its gateway knew when it asked the service. An entry is read together with what
// the log has gained (one script, one moment), and counts for nothing when something after its position names it. So no
// invalidation that Redis has taken is ever missed by a read from there, whoever stored the entry and however late.
//
// While an invalidation of our own has not reached Redis, we neither read entries there nor write them; up to 10,000 wait, more
// become one that names all. Event-loop thread only; every wait is bounded.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "platform/async/async.hpp"
#include "services/api_gateway/cache/entry.hpp"
#include "services/api_gateway/cache/invalidations.hpp"
#include "services/api_gateway/cache/key.hpp"

namespace valion::redis {
class Client;
}

namespace valion::gateway::cache {

class SharedStore {
 public:
  struct Settings {
    std::string prefix;
    std::chrono::milliseconds poll{100};
    std::chrono::milliseconds patience{250};
    std::size_t largest = 1u << 20;
    std::function<Moment()> clock = moment_now;
    // What another gateway has invalidated; `all` also when the log has been lost. Called on the loop; outlived by nothing.
    std::function<void(const Invalidation&)> on_invalidation;
  };

  // `client` outlives it.
  SharedStore(Executor executor, redis::Client& client, Settings settings);
  ~SharedStore();
  SharedStore(const SharedStore&) = delete;
  SharedStore& operator=(const SharedStore&) = delete;

  // Connected, caught up with the log, and with nothing of our own to be published.
  [[nodiscard]] bool usable() const noexcept;
  // What an entry asked for now has to carry.
  [[nodiscard]] Position position() const noexcept;
  [[nodiscard]] std::uint64_t corrupt() const noexcept;

  // nullptr: not there, not valid any more, not readable (then deleted), or Redis took too long.
  [[nodiscard]] Async<EntryPointer> get(Key key, const Fields& request);
  // In the background, for as long as the entry can be of use.
  void put(EntryPointer entry);
  // In the background, and again until Redis has taken it.
  void publish(Invalidation invalidation);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace valion::gateway::cache

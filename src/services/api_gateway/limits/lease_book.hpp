// What a gateway knows of the shared limits: leased permits not yet given out, and the shared state as last heard.
// Plain memory: no Redis, no clock of its own, not thread-safe.
//
// How many are leased at once. Let R be the requests of a window and G the gateways alive. A lease is at most R/(50 G)
// (1 … 1,024), and the next one is fetched when a quarter is left, so all gateways together hold at most 2.5 % of R:
// that is how much more than a GCRA of one place they can admit at worst (permits kept while the meter was full), and
// how much one gateway may lack while another holds it. Below 50 G requests a lease is one permit, used at once: exact.
// Within that bound a lease doubles while it is used up in time and halves when it is not; what is left after
// `lifetime` (10 s, at most a quarter of the window) goes back.
//
// Refused: once the shared meter is empty, the next permit is known to the moment, so refusals need no Redis. Under
// overload at rates above 50/s the gateway waits 20 ms, until several permits are there, and leases them in one call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "services/api_gateway/limits/decision.hpp"
#include "services/api_gateway/limits/gcra.hpp"
#include "services/api_gateway/routing/route.hpp"

namespace valion::gateway::limits {

// Whose limit: the name of the limit and the subject. Owned and as views, equal in hash and order of comparison.
struct KeyView {
  std::string_view name;
  std::string_view subject;
  bool operator==(const KeyView&) const = default;
};
struct Key {
  std::string name;
  std::string subject;
  [[nodiscard]] KeyView view() const noexcept { return {name, subject}; }
};

// What to ask Redis for.
struct LeaseRequest {
  Gcra rate;
  std::uint32_t want = 1;    // permits that would be good to have
  std::uint32_t need = 1;    // requests that wait now: the smallest lease that helps
  Span debt{0};              // of the shared meter, as known here
  bool debt_counts = false;  // also when Redis knows the key: permits were given out here without it
};

struct Lease {
  std::uint32_t granted = 0;
  Span debt{0};  // of the shared meter, after it
};

struct Unused {
  Key key;
  double nanoseconds = 0;  // of debt, to be taken off
  std::uint32_t permits = 0;
};

// The state of one key. Only LeaseBook changes it.
struct Account {
  RateLimit limit;
  Gcra rate;
  Moment full{};       // when the shared meter would be full again, as last heard
  Moment lease_end{};  // of the permits
  std::uint32_t permits = 0;
  std::uint32_t refill_at = 0;  // fetch more when only so many are left; 0: never ahead
  std::uint32_t batch = 0;      // size of the next lease, before the bound
  Moment refused_until{};       // nobody can get a permit before
  bool alone = false;           // permits were given out without Redis, and it has not been told
  bool telling = false;         // the call under way tells it
  bool asking = false;          // pinned: a call to Redis is under way
  bool used = true;             // since eviction last looked
};

class LeaseBook {
 public:
  explicit LeaseBook(std::size_t most_keys) : most_keys_(most_keys) {}
  LeaseBook(const LeaseBook&) = delete;
  LeaseBook& operator=(const LeaseBook&) = delete;

  struct Answer {
    std::optional<Decision> decision;  // nothing: ask Redis
    bool refill = false;               // decided, but it is time to fetch more
  };
  // No allocation.
  [[nodiscard]] Answer decide(KeyView key, const RateLimit& limit, Moment now);
  // Without Redis: `gateways` share the limit.
  [[nodiscard]] Decision decide_alone(KeyView key, const RateLimit& limit, std::size_t gateways, Moment now);

  // A call to Redis: begin_lease(), then one of the other two with the same key. `waiting`: requests that need it now.
  [[nodiscard]] LeaseRequest begin_lease(KeyView key, const RateLimit& limit, std::size_t gateways,
                                         std::uint32_t waiting, Moment now);
  void take(KeyView key, const Lease& lease, Moment now);
  void lease_failed(KeyView key);

  // Permits to give back: of leases that have ended, of evicted keys; with `all` every permit. Also forgets, a few at a
  // time, keys that are as new.
  [[nodiscard]] std::vector<Unused> unused(Moment now, bool all = false);

  [[nodiscard]] std::size_t keys() const noexcept { return accounts_.size(); }
  [[nodiscard]] std::uint32_t permits(KeyView key) const;  // leased and not given out
  template <class Visit>                                   // of (KeyView, const Account&)
  void each(Visit visit) const {
    for (const auto& [key, account] : accounts_) visit(key.view(), account);
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(KeyView key) const noexcept;
    std::size_t operator()(const Key& key) const noexcept { return (*this)(key.view()); }
  };
  struct Same {
    using is_transparent = void;
    bool operator()(const Key& a, const Key& b) const noexcept { return a.view() == b.view(); }
    bool operator()(KeyView a, const Key& b) const noexcept { return a == b.view(); }
    bool operator()(const Key& a, KeyView b) const noexcept { return a.view() == b; }
  };
  using Accounts = std::unordered_map<Key, Account, Hash, Same>;
  using Entry = Accounts::value_type;

  Entry& open(KeyView key, const RateLimit& limit, Moment now);
  void make_room(Moment now);
  void forget_the_idle(Moment now);
  void forget(Entry& entry);
  void drop_permits(Entry& entry);  // they will be given back; takes it off `ending_`
  void set_lease_end(Entry& entry, Moment end);

  std::size_t most_keys_;
  Accounts accounts_;
  std::set<std::pair<Moment, Entry*>> ending_;  // keys with permits, by the end of their lease
  std::vector<Unused> unused_;
  std::size_t hand_ = 0;  // bucket at which eviction goes on
};

// The bound on one lease, see above.
[[nodiscard]] std::uint32_t largest_lease(const RateLimit& limit, std::size_t gateways) noexcept;

}  // namespace valion::gateway::limits

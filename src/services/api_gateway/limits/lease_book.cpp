#include "services/api_gateway/limits/lease_book.hpp"

#include <algorithm>
#include <functional>

namespace valion::gateway::limits {

namespace {

constexpr std::uint32_t kFirstLease = 4;
constexpr std::uint32_t kLargestLease = 1'024;
constexpr std::uint64_t kPartsOfALimit = 50;  // each lease is at most one of them
constexpr std::uint32_t kLeastToFetchAhead = 8;
constexpr Span kLongestLease = std::chrono::seconds{10};
constexpr Span kLeastRefusal = std::chrono::milliseconds{20};  // under overload: let permits gather
constexpr std::size_t kBucketsLookedAt = 256;                  // at once, by eviction and by tidying

Span lifetime(const RateLimit& limit) { return std::min<Span>(kLongestLease, Span(limit.window) / 4); }

Span debt_of(const Account& account, Moment now) { return std::max(account.full - now, Span{0}); }

// As nothing had ever been asked: forgetting it changes nothing.
bool as_new(const Account& account, Moment now) {
  return account.permits == 0 && account.full <= now && account.refused_until <= now;
}

void set_limit(Account& account, const RateLimit& limit) {
  account.limit = limit;
  account.rate = Gcra(limit);
}

bool same_limit(const RateLimit& a, const RateLimit& b) { return a.requests == b.requests && a.window == b.window; }

Decision refused(const Account& account, Span wait, Moment now) {
  Decision decision;
  decision.allowed = false;
  decision.limit = account.limit.requests;
  decision.window = account.limit.window;
  decision.reset = debt_of(account, now);
  decision.retry_after = wait;
  return decision;
}

Decision closed(const RateLimit& limit) {
  Decision decision;
  decision.allowed = false;
  decision.window = limit.window;
  decision.reset = decision.retry_after = Span(limit.window);
  return decision;
}

// After a request has passed. `rate`: the account's, or this gateway's part of it.
Decision allowed(const Account& account, const Gcra& rate, Moment now) {
  const Span debt = debt_of(account, now);
  Decision decision;
  decision.limit = account.limit.requests;
  decision.window = account.limit.window;
  decision.remaining =
      static_cast<std::uint32_t>(std::min<std::int64_t>(rate.room(debt) + account.permits, account.limit.requests));
  decision.reset = std::max(debt - account.rate.cost(account.permits), Span{0});
  return decision;
}

}  // namespace

std::uint32_t largest_lease(const RateLimit& limit, std::size_t gateways) noexcept {
  const std::uint64_t bound = limit.requests / (kPartsOfALimit * std::max<std::size_t>(gateways, 1));
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(bound, 1, kLargestLease));
}

std::size_t LeaseBook::Hash::operator()(KeyView key) const noexcept {
  constexpr std::size_t kSpread = 0x9E37'79B9'7F4A'7C15u;
  const std::hash<std::string_view> hash;
  return hash(key.subject) ^ (hash(key.name) * kSpread);
}

LeaseBook::Answer LeaseBook::decide(KeyView key, const RateLimit& limit, Moment now) {
  if (Gcra::closed(limit)) return {closed(limit), false};
  const auto found = accounts_.find(key);
  if (found == accounts_.end()) return {};
  Account& account = found->second;
  if (!same_limit(account.limit, limit)) return {};
  account.used = true;
  if (account.permits > 0 && now < account.lease_end) {
    --account.permits;
    const bool refill = account.permits <= account.refill_at && account.refill_at > 0 && !account.asking &&
                        now >= account.refused_until;
    return {allowed(account, account.rate, now), refill};
  }
  if (now < account.refused_until) return {refused(account, account.refused_until - now, now), false};
  return {};
}

Decision LeaseBook::decide_alone(KeyView key, const RateLimit& limit, std::size_t gateways, Moment now) {
  if (Gcra::closed(limit)) return closed(limit);
  Account& account = open(key, limit, now).second;
  const Gcra part = account.rate.part_of(gateways);
  if (account.permits > 0 && now < account.lease_end) {
    --account.permits;
    return allowed(account, part, now);
  }
  const Span debt = debt_of(account, now);
  if (part.room(debt) == 0) return refused(account, part.wait(debt), now);
  account.full = std::max(account.full, now) + part.cost(1);
  account.alone = true;
  return allowed(account, part, now);
}

LeaseRequest LeaseBook::begin_lease(KeyView key, const RateLimit& limit, std::size_t gateways, std::uint32_t waiting,
                                    Moment now) {
  Account& account = open(key, limit, now).second;
  account.asking = true;
  const bool used_up = account.batch > 0 && now < account.lease_end;
  account.batch = account.batch == 0 ? kFirstLease : used_up ? account.batch * 2 : account.batch;
  account.batch = std::min(account.batch, largest_lease(limit, gateways));
  LeaseRequest request;
  request.rate = account.rate;
  request.need = waiting;
  request.want = std::max(account.batch, waiting);
  request.debt = debt_of(account, now);
  request.debt_counts = account.telling = account.alone;
  account.alone = false;
  return request;
}

void LeaseBook::take(KeyView key, const Lease& lease, Moment now) {
  const auto found = accounts_.find(key);
  if (found == accounts_.end()) return;
  Account& account = found->second;
  account.asking = account.telling = false;
  if (account.permits > 0 && now >= account.lease_end) drop_permits(*found);
  // Permits given out without Redis while the question was under way: it will hear of them next time.
  account.full = account.alone ? std::max(account.full, now + lease.debt) : now + lease.debt;
  account.permits += lease.granted;
  account.refill_at = lease.granted >= kLeastToFetchAhead ? lease.granted / 4 : 0;
  if (lease.granted > 0) set_lease_end(*found, now + lifetime(account.limit));
  if (account.rate.room(lease.debt) == 0) {
    account.refused_until = now + std::max(account.rate.wait(lease.debt), kLeastRefusal);
  }
}

void LeaseBook::lease_failed(KeyView key) {
  const auto found = accounts_.find(key);
  if (found == accounts_.end()) return;
  Account& account = found->second;
  account.alone = account.alone || account.telling;
  account.asking = account.telling = false;
}

std::vector<Unused> LeaseBook::unused(Moment now, bool all) {
  while (!ending_.empty() && (all || ending_.begin()->first <= now)) {
    Entry& entry = *ending_.begin()->second;
    Account& account = entry.second;
    if (account.permits > 0) account.batch = std::max(account.batch / 2, 1u);
    drop_permits(entry);
  }
  forget_the_idle(now);
  return std::exchange(unused_, {});
}

std::uint32_t LeaseBook::permits(KeyView key) const {
  const auto found = accounts_.find(key);
  return found == accounts_.end() ? 0 : found->second.permits;
}

LeaseBook::Entry& LeaseBook::open(KeyView key, const RateLimit& limit, Moment now) {
  if (const auto found = accounts_.find(key); found != accounts_.end()) {
    Account& account = found->second;
    account.used = true;
    if (!same_limit(account.limit, limit)) {
      drop_permits(*found);
      set_limit(account, limit);
      account.full = std::min(account.full, now + account.rate.tolerance());
      account.refused_until = now;
    }
    return *found;
  }
  if (accounts_.size() >= most_keys_) make_room(now);
  Entry& entry = *accounts_.emplace(Key{std::string(key.name), std::string(key.subject)}, Account{}).first;
  set_limit(entry.second, limit);
  entry.second.full = entry.second.refused_until = now;
  return entry;
}

// The clock algorithm over the buckets: the first key not used since the hand last passed; after kBucketsLookedAt
// buckets any.
void LeaseBook::make_room(Moment now) {
  Entry* victim = nullptr;
  bool found = false;
  for (std::size_t looked = 0; !found && looked < accounts_.bucket_count(); ++looked) {
    if (victim != nullptr && looked >= kBucketsLookedAt) break;
    hand_ = (hand_ + 1) % accounts_.bucket_count();
    for (auto entry = accounts_.begin(hand_); !found && entry != accounts_.end(hand_); ++entry) {
      Account& account = entry->second;
      if (account.asking) continue;
      found = !account.used || as_new(account, now);
      if (found || victim == nullptr) victim = &*entry;
      account.used = false;
    }
  }
  if (victim == nullptr) return;  // all of them wait for Redis: one more than agreed, for a moment
  forget(*victim);
}

void LeaseBook::forget_the_idle(Moment now) {
  std::vector<Entry*> idle;
  const std::size_t buckets = std::min(kBucketsLookedAt, accounts_.bucket_count());
  for (std::size_t looked = 0; looked < buckets; ++looked) {
    hand_ = (hand_ + 1) % accounts_.bucket_count();
    for (auto entry = accounts_.begin(hand_); entry != accounts_.end(hand_); ++entry) {
      Account& account = entry->second;
      if (!account.used && !account.asking && as_new(account, now)) idle.push_back(&*entry);
      account.used = false;
    }
  }
  for (Entry* entry : idle) forget(*entry);
}

void LeaseBook::forget(Entry& entry) {
  drop_permits(entry);
  accounts_.erase(accounts_.find(entry.first.view()));
}

void LeaseBook::drop_permits(Entry& entry) {
  auto& [key, account] = entry;
  ending_.erase({account.lease_end, &entry});
  if (account.permits == 0) return;
  const Span debt = account.rate.cost(account.permits);
  unused_.push_back({key, static_cast<double>(debt.count()), account.permits});
  account.full -= debt;
  account.permits = 0;
}

void LeaseBook::set_lease_end(Entry& entry, Moment end) {
  ending_.erase({entry.second.lease_end, &entry});
  entry.second.lease_end = end;
  ending_.emplace(end, &entry);
}

}  // namespace valion::gateway::limits

#include "services/api_gateway/limits/limiter.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "services/api_gateway/limits/lease_book.hpp"
#include "services/api_gateway/limits/redis_leases.hpp"

namespace valion::gateway::limits {

namespace {

constexpr std::chrono::milliseconds kTidyEvery{250};
constexpr std::size_t kGivenBackAtOnce = 100;  // keys a script call
constexpr RateLimit kProbe{1'000'000, std::chrono::seconds{1}};

using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

// One call to Redis for a key, and those who wait for it.
struct Flight {
  Flight(const Executor& executor, Moment give_up) : ended(executor, give_up) {}
  Timer ended;  // cancelled by the answer
  bool landed = false;
  bool failed = false;
};

std::string flight_key(KeyView key) {
  std::string text(key.name);
  text += '\n';
  return text += key.subject;
}

// Counts who waits for a key, also when he is taken down while waiting.
class Waiting {
 public:
  Waiting(std::unordered_map<std::string, std::uint32_t>& all, std::string key) : all_(all), key_(std::move(key)) {
    ++all_[key_];
  }
  ~Waiting() {
    const auto mine = all_.find(key_);
    if (mine != all_.end() && --mine->second == 0) all_.erase(mine);
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  std::unordered_map<std::string, std::uint32_t>& all_;
  std::string key_;
};

}  // namespace

struct Limiter::State : std::enable_shared_from_this<Limiter::State> {
  State(const Executor& loop, redis::Client& client, LimiterSettings its)
      : executor(loop),
        redis(client),
        settings(std::move(its)),
        book(settings.most_keys),
        tidying(loop),
        probing(loop) {}

  Executor executor;
  redis::Client& redis;
  LimiterSettings settings;
  LeaseBook book;
  std::unordered_map<std::string, std::shared_ptr<Flight>> flights;
  std::unordered_map<std::string, std::uint32_t> waiting;
  Timer tidying;
  Timer probing;
  LimiterFigures figures;
  bool away = false;
  bool closed = false;

  Decision counted(Decision decision) {
    if (!decision.allowed) ++figures.refused;
    return decision;
  }

  Decision alone(KeyView key, const RateLimit& limit, Moment now) {
    ++figures.local;
    return counted(book.decide_alone(key, limit, settings.shared ? settings.gateways() : 1, now));
  }

  // The call under way for the key, or a new one.
  std::shared_ptr<Flight> flight(KeyView key, const RateLimit& limit, Moment now) {
    std::string name = flight_key(key);
    if (const auto found = flights.find(name); found != flights.end()) return found->second;
    const auto waits = waiting.find(name);
    const std::uint32_t need = waits == waiting.end() ? 1 : waits->second;
    auto made = std::make_shared<Flight>(executor, now + settings.patience);
    const LeaseRequest request = book.begin_lease(key, limit, settings.gateways(), need, now);
    flights.emplace(std::move(name), made);
    ++figures.leases;
    asio::co_spawn(executor,
                   fly(shared_from_this(), Key{std::string(key.name), std::string(key.subject)}, request, made),
                   asio::detached);
    return made;
  }

  static Async<Result<Lease>> ask(std::shared_ptr<State> self, Key key, LeaseRequest request) {
    const std::string& prefix = self->settings.prefix;
    Result<Lease> lease = co_await lease_from_redis(self->redis, prefix, key, request, Send::name);
    if (lease || lease.error().kind != ErrorKind::not_found || self->closed) co_return lease;
    Result<Lease> second = co_await lease_from_redis(self->redis, prefix, key, request, Send::text);
    co_return second;
  }

  static Async<void> fly(std::shared_ptr<State> self, Key key, LeaseRequest request, std::shared_ptr<Flight> flight) {
    const Result<Lease> lease = co_await ask(self, key, request);
    flight->landed = true;
    flight->failed = !lease;
    flight->ended.cancel();
    self->flights.erase(flight_key(key.view()));
    if (lease) {
      self->book.take(key.view(), *lease, Clock::now());
    } else {
      self->book.lease_failed(key.view());
      self->lose_redis();
    }
  }

  static Async<Decision> lease(std::shared_ptr<State> self, std::string subject, std::string name, RateLimit limit) {
    const KeyView key{name, subject};
    const Waiting waits(self->waiting, flight_key(key));
    const Moment give_up = Clock::now() + self->settings.patience;
    ++self->figures.by_lease;
    while (true) {
      const Moment now = Clock::now();
      if (!self->redis.connected()) self->lose_redis();
      if (self->away || now >= give_up) co_return self->alone(key, limit, now);
      const LeaseBook::Answer answer = self->book.decide(key, limit, now);
      if (answer.decision) co_return self->counted(*answer.decision);
      const std::shared_ptr<Flight> flight = self->flight(key, limit, now);
      [[maybe_unused]] const auto waited = co_await flight->ended.async_wait(asio::as_tuple(use_async));
      if (!flight->landed) self->lose_redis();  // it hangs
    }
  }

  void lose_redis() {
    if (away || closed) return;
    away = true;
    ++figures.failures;
    asio::co_spawn(executor, probe(shared_from_this()), asio::detached);
  }

  // Until Redis carries out the script within the patience of a request.
  static Async<void> probe(std::shared_ptr<State> self) {
    const Key key{"probe", "0"};
    LeaseRequest request;
    request.rate = Gcra(kProbe);
    while (self->away) {
      self->probing.expires_after(self->settings.probe_every);
      [[maybe_unused]] const auto waited = co_await self->probing.async_wait(asio::as_tuple(use_async));
      if (self->closed) co_return;
      if (!self->redis.connected()) continue;
      const Moment asked = Clock::now();
      const Result<Lease> lease = co_await ask(self, key, request);
      if (self->closed) co_return;
      if (lease && Clock::now() - asked <= self->settings.patience) self->away = false;
    }
  }

  // Gives back what is not used, from time to time.
  static Async<void> tidy(std::shared_ptr<State> self) {
    while (!self->closed) {
      self->tidying.expires_after(kTidyEvery);
      [[maybe_unused]] const auto waited = co_await self->tidying.async_wait(asio::as_tuple(use_async));
      if (self->closed) co_return;
      co_await give_back(self, self->book.unused(Clock::now()));
    }
  }

  static Async<bool> give_back_some(std::shared_ptr<State> self, std::vector<Unused> some) {
    const Result<void> done = co_await give_back_to_redis(self->redis, self->settings.prefix, some, Send::name);
    if (done || done.error().kind != ErrorKind::not_found || self->closed) co_return done.has_value();
    const Result<void> second = co_await give_back_to_redis(self->redis, self->settings.prefix, some, Send::text);
    co_return second.has_value();
  }

  // Away: they are lost, that is, they count as used.
  static Async<void> give_back(std::shared_ptr<State> self, std::vector<Unused> unused) {
    while (!unused.empty() && !self->away && !self->closed) {
      const std::size_t first = unused.size() - std::min(unused.size(), kGivenBackAtOnce);
      std::vector<Unused> some(std::make_move_iterator(unused.begin() + static_cast<std::ptrdiff_t>(first)),
                               std::make_move_iterator(unused.end()));
      unused.resize(first);
      std::uint64_t permits = 0;
      for (const Unused& lease : some) permits += lease.permits;
      const bool done = co_await give_back_some(self, std::move(some));
      if (!done) co_return self->lose_redis();
      self->figures.given_back += permits;
    }
  }
};

Limiter::Limiter(const Executor& executor, redis::Client& redis, LimiterSettings settings)
    : state_(std::make_shared<State>(executor, redis, std::move(settings))) {
  state_->away = !state_->settings.shared;
  asio::co_spawn(executor, State::tidy(state_), asio::detached);
}

Limiter::~Limiter() {
  if (!state_) return;
  state_->closed = state_->away = true;
  state_->tidying.cancel();
  state_->probing.cancel();
}

Limiter::Limiter(Limiter&&) noexcept = default;

std::optional<Decision> Limiter::decide(std::string_view subject, std::string_view name, const RateLimit& limit,
                                        Moment now) {
  const KeyView key{name, subject};
  if (state_->away) return state_->alone(key, limit, now);
  const LeaseBook::Answer answer = state_->book.decide(key, limit, now);
  if (!answer.decision) return std::nullopt;
  ++state_->figures.in_memory;
  if (answer.refill) state_->flight(key, limit, now);
  return state_->counted(*answer.decision);
}

Async<Decision> Limiter::lease(std::string subject, std::string name, RateLimit limit) {
  return State::lease(state_, std::move(subject), std::move(name), limit);
}

Async<void> Limiter::give_back_all() {
  const std::shared_ptr<State> state = state_;
  std::vector<Unused> unused = state->book.unused(Clock::now(), true);
  co_await State::give_back(state, std::move(unused));
}

std::vector<KeyState> Limiter::nearest(std::size_t most) const {
  const Moment now = Clock::now();
  std::vector<KeyState> states;
  state_->book.each([&](KeyView key, const Account& account) {
    const auto free = static_cast<std::uint32_t>(account.rate.room(account.full - now));
    states.push_back({std::string(key.name), std::string(key.subject), account.limit.requests, free + account.permits,
                      account.permits});
  });
  const auto share = [](const KeyState& state) { return static_cast<double>(state.remaining) / state.limit; };
  const auto end = states.begin() + static_cast<std::ptrdiff_t>(std::min(most, states.size()));
  std::partial_sort(states.begin(), end, states.end(),
                    [&](const KeyState& a, const KeyState& b) { return share(a) < share(b); });
  states.erase(end, states.end());
  return states;
}

LimiterFigures Limiter::figures() const {
  LimiterFigures figures = state_->figures;
  figures.keys = state_->book.keys();
  figures.away = state_->away;
  return figures;
}

}  // namespace valion::gateway::limits

#include "services/api_gateway/cache/response_cache.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "services/api_gateway/cache/cache_state.hpp"
#include "services/api_gateway/cache/fetch_state.hpp"
#include "services/api_gateway/cache/reference.hpp"
#include "services/api_gateway/cache/serving.hpp"

namespace valion::gateway::cache {
namespace {

// What of a request matters to the cache, found in one pass over its fields.
struct Traits {
  bool has_cache_control = false;
  bool has_condition = false;  // If-None-Match, If-Modified-Since, Range: an answer that may not be kept
  bool only_for_service = false;
};

Traits traits_of(const Fields& fields) noexcept {
  Traits traits;
  for (const Field& field : fields) {
    const std::string_view name = field.name;
    switch (name.size()) {
      case 5: traits.has_condition |= same_name(name, "range"); break;
      case 6: traits.has_cache_control |= same_name(name, "pragma"); break;
      case 7: traits.only_for_service |= same_name(name, "upgrade"); break;
      case 8: traits.only_for_service |= same_name(name, "if-match"); break;
      case 13:
        traits.has_cache_control |= same_name(name, "cache-control");
        traits.has_condition |= same_name(name, "if-none-match");
        break;
      case 14: traits.only_for_service |= same_name(name, "content-length") && field.value != "0"; break;
      case 17:
        traits.only_for_service |= same_name(name, "transfer-encoding");
        traits.has_condition |= same_name(name, "if-modified-since");
        break;
      case 19: traits.only_for_service |= same_name(name, "if-unmodified-since"); break;
      default: break;
    }
  }
  return traits;
}

bool is_read(std::string_view method) noexcept { return method == "GET" || method == "HEAD"; }
bool is_safe(std::string_view method) noexcept { return is_read(method) || method == "OPTIONS" || method == "TRACE"; }

// What a first look has found.
struct Judgement {
  Use use = Use::validate;
  EntryPointer entry;  // null: nothing there
  bool by_client = false;
  bool other_variants = false;
};

Judgement judge(ResponseCache::State& state, const KeyView& key, const RequestHead& request,
                const RequestDirectives& directives, Moment now) {
  Judgement judgement;
  const MemoryStore::Look look = state.memory.find(key, request.fields);
  judgement.other_variants = look.other_variants;
  if (look.entry == nullptr) return judgement;
  judgement.entry = *look.entry;
  judgement.use = use_of(*judgement.entry, directives, now, &judgement.by_client);
  return judgement;
}

// Those who would be answered alike: by what is known of the fields the answers depend on.
std::uint64_t flight_of(const ResponseCache::State& state, const KeyView& key, const Fields& request) {
  std::uint64_t flight = hash_of(key);
  if (const auto* selecting = state.memory.selecting_of(key)) {
    for (const Selecting& one : *selecting) {
      flight = hash_bytes(normalised(one.name, request).value_or("\n"), hash_bytes(one.name, flight));
    }
  }
  return flight;
}

Forward forward_of(const Judgement& judgement) noexcept {
  if (judgement.entry == nullptr) return judgement.other_variants ? Forward::vary_miss : Forward::uri_miss;
  return judgement.by_client ? Forward::request : Forward::stale;
}

std::unique_ptr<Fetch> make_fetch(const std::shared_ptr<ResponseCache::State>& state, const Question& question,
                                  const KeyView& key, const Judgement& judgement, std::uint64_t flight,
                                  std::optional<Flights::Lead> lead) {
  auto fetch = std::make_unique<Fetch::State>(state, question, key);
  fetch->stored = judgement.entry;
  fetch->forward = forward_of(judgement);
  fetch->flight = flight;
  if (lead) fetch->lead.emplace(std::move(*lead));
  fetch->set_conditions();
  return std::make_unique<Fetch>(std::move(fetch));
}

}  // namespace

ResponseCache::State::State(Executor executor, Settings given, redis::Client* redis)
    : settings(std::move(given)), memory(settings.memory, settings.largest_in_memory), flights(executor) {
  if (redis == nullptr) return;
  SharedStore::Settings second{
      settings.redis_prefix,     settings.poll,  settings.redis_patience,
      settings.largest_in_redis, settings.clock, [this](const Invalidation& invalidation) { apply(invalidation); }};
  shared = std::make_unique<SharedStore>(executor, *redis, std::move(second));
}

std::size_t ResponseCache::State::apply(const Invalidation& invalidation) {
  ++invalidated;
  invalidations.add(invalidation, {0, ++sequence});
  switch (invalidation.kind) {
    case Invalidation::Kind::resource: return memory.erase_resource(invalidation.host, invalidation.value);
    case Invalidation::Kind::tag: return memory.erase_tag(invalidation.value);
    case Invalidation::Kind::prefix: return memory.erase_prefix(invalidation.value);
    case Invalidation::Kind::all: return memory.clear();
  }
  return 0;
}

bool ResponseCache::State::store(EntryPointer entry, std::uint64_t begun) {
  if (is_barred(*entry, begun)) return false;
  if (shared) shared->put(entry);
  return memory.put(std::move(entry));
}

ResponseCache::ResponseCache(Executor executor, Settings settings, redis::Client* redis)
    : state_(std::make_shared<State>(executor, std::move(settings), redis)) {}

ResponseCache::~ResponseCache() { state_->shared.reset(); }

Verdict ResponseCache::look(const Question& question) {
  const Route& route = question.route;
  State& state = *state_;
  if ((!route.caches && route.cache_ttl <= Seconds{0}) || state.memory.capacity() == 0) return {};
  RouteStatistics& statistics = state.route(route.name);
  const RequestHead& request = question.request;
  const auto target = cache_target(request);
  const Traits traits = traits_of(request.fields);
  if (!is_read(request.method) || !target || traits.only_for_service ||
      (question.partition.is_tenant() && !route.caches_authorised)) {
    ++statistics.bypasses;
    return {};
  }
  const KeyView key{question.partition, question.host, *target};
  const RequestDirectives directives =
      traits.has_cache_control ? request_directives(request.fields) : RequestDirectives{};
  const Moment now = state.now();
  Judgement judgement = judge(state, key, request, directives, now);
  Verdict verdict;
  if (judgement.entry == nullptr || judgement.use == Use::validate) {
    verdict.kind = directives.only_if_cached ? Verdict::Kind::unavailable : Verdict::Kind::ask;
    return verdict;
  }
  if (judgement.use == Use::background && !directives.only_if_cached) {
    const std::uint64_t flight = flight_of(state, key, request.fields);
    if (auto lead = state.flights.lead(flight)) {
      verdict.fetch = make_fetch(state_, question, key, judgement, flight, std::move(lead));
    }
  }
  ++(judgement.use == Use::fresh ? statistics.hits : statistics.stale_hits);
  verdict.kind = Verdict::Kind::hit;
  verdict.hit.emplace(serve(std::move(judgement.entry), request, now));
  return verdict;
}

namespace {

// One request on its way through resolve().
struct Search {
  Search(std::shared_ptr<ResponseCache::State> cache, const Question& asked)
      : state(std::move(cache)),
        question(asked),
        request(asked.request),
        key{asked.partition, asked.host, cache_target(asked.request).value_or(asked.request.target)},
        directives(request_directives(asked.request.fields)),
        statistics(state->route(asked.route.name)),
        may_lead(asked.request.method == "GET" && !directives.no_store),
        has_condition(traits_of(asked.request.fields).has_condition) {}

  std::shared_ptr<ResponseCache::State> state;
  const Question& question;
  const RequestHead& request;
  KeyView key;
  RequestDirectives directives;
  RouteStatistics& statistics;
  bool may_lead;
  bool has_condition;  // unless ours takes its place, the answer may be a 304 or a part, of no use to others
  Judgement judgement;
  std::uint64_t flight = 0;
  std::optional<Flights::Lead> lead;

  [[nodiscard]] bool answered() const noexcept { return judgement.entry != nullptr && judgement.use != Use::validate; }
  [[nodiscard]] Found served(const Origin& origin) {
    Found found;
    found.hit.emplace(serve(judgement.entry, request, state->now(), origin));
    if (judgement.use == Use::background && lead) {
      found.fetch = make_fetch(state, question, key, judgement, flight, std::move(lead));
    }
    return found;
  }
  // Looks into memory again; true: it is answered, or nobody is to be waited for.
  bool take_turn(bool last) {
    judgement = judge(*state, key, request, directives, state->now());
    if (answered()) return true;
    flight = flight_of(*state, key, request.fields);
    if (last || judgement.by_client || directives.no_cache || state->unshared.contains(flight, state->now()))
      return true;
    if (state->flights.under_way(flight)) return false;
    const bool validates = judgement.entry != nullptr && judgement.entry->has_validator();
    if (may_lead && (validates || !has_condition)) lead = state->flights.lead(flight);
    return true;
  }
};

// An answer that another gateway has stored, or we ourselves some time ago.
Async<void> look_in_redis(Search& search) {
  ResponseCache::State& state = *search.state;
  const std::uint64_t begun = state.sequence;
  Key key(search.key);
  const EntryPointer known = co_await state.shared->get(std::move(key), search.request.fields);
  if (known == nullptr || state.is_barred(*known, begun)) co_return;
  state.memory.put(known);
  search.judgement.entry = known;
  search.judgement.use = use_of(*known, search.directives, state.now(), &search.judgement.by_client);
}

}  // namespace

Async<Found> ResponseCache::resolve(Question question) {
  constexpr int kRounds = 2;  // whom two fetches of others have not helped goes by itself
  Search search(state_, question);
  int waits = 0;
  while (!search.take_turn(waits == kRounds)) {
    ++waits;
    const bool ended = co_await search.state->flights.wait(search.flight, search.state->settings.patience);
    if (!ended) waits = kRounds;
  }
  if (search.answered()) {
    ++(waits > 0 ? search.statistics.coalesced : search.statistics.hits);
    const Origin origin{waits > 0 ? "fwd=miss; collapsed" : "", {}};
    co_return search.served(origin);
  }
  const bool ask_redis = search.state->shared && search.judgement.entry == nullptr && !search.directives.no_cache;
  if (ask_redis) co_await look_in_redis(search);
  if (search.answered()) {
    ++(search.judgement.use == Use::fresh ? search.statistics.redis_hits : search.statistics.stale_hits);
    const Origin origin{{}, "redis"};
    co_return search.served(origin);
  }
  ++search.statistics.misses;
  Found found;
  found.fetch = make_fetch(search.state, question, search.key, search.judgement, search.flight, std::move(search.lead));
  co_return found;
}

void ResponseCache::on_unsafe_answer(const Question& question, const ResponseHead& answer) {
  if (is_safe(question.request.method) || answer.status < 200 || answer.status >= 400) return;
  const auto target = cache_target(question.request);
  if (!target) return;
  const auto forget = [&](std::string_view named) {
    const auto& may_hold = state_->settings.may_hold;
    if (!may_hold || may_hold(named)) purge_target(question.host, named);
  };
  forget(*target);
  for (const std::string_view name : {"location", "content-location"}) {
    const auto reference = find(answer.fields, name);
    if (!reference) continue;
    const auto named = same_host_target(*reference, question.host, *target);
    if (named && *named != *target) forget(*named);
  }
}

namespace {

std::size_t spread(ResponseCache::State& state, Invalidation invalidation) {
  const std::size_t dropped = state.apply(invalidation);
  if (state.shared) state.shared->publish(std::move(invalidation));
  return dropped;
}

}  // namespace

std::size_t ResponseCache::purge_target(std::string_view host, std::string_view target) {
  return spread(*state_, {Invalidation::Kind::resource, std::string(target), std::string(host)});
}

std::size_t ResponseCache::purge_tag(std::string_view tag) {
  return spread(*state_, {Invalidation::Kind::tag, std::string(tag), {}});
}

std::size_t ResponseCache::purge_prefix(std::string_view path_prefix) {
  return spread(*state_, {Invalidation::Kind::prefix, std::string(path_prefix), {}});
}

std::size_t ResponseCache::purge_all() { return spread(*state_, {Invalidation::Kind::all, {}, {}}); }

Statistics ResponseCache::statistics() const {
  Statistics all;
  for (const auto& [name, counts] : state_->routes) all.routes.emplace(name, counts);
  all.entries = state_->memory.entries();
  all.bytes = state_->memory.bytes();
  all.capacity = state_->memory.capacity();
  all.evictions = state_->memory.evictions();
  all.invalidations = state_->invalidated;
  if (state_->shared) {
    all.redis_corrupt = state_->shared->corrupt();
    all.redis_in_use = state_->shared->usable();
  }
  return all;
}

std::string_view cache_status_of_bypass(const RequestHead& request) noexcept {
  return is_read(request.method) ? "Valion; fwd=bypass" : "Valion; fwd=method";
}

}  // namespace valion::gateway::cache

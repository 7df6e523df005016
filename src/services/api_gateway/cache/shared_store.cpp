#include "services/api_gateway/cache/shared_store.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "platform/objects/object_store.hpp"
#include "platform/redis/redis.hpp"
#include "platform/service/within.hpp"
#include "services/api_gateway/cache/entry_codec.hpp"
#include "services/api_gateway/cache/freshness.hpp"

namespace valion::gateway::cache {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;
using Alarm = asio::basic_waitable_timer<SteadyClock, asio::wait_traits<SteadyClock>, Executor>;

constexpr std::size_t kLogLength = 100'000, kBatch = 1'000, kBatchToSend = 200, kMostPending = 10'000;
constexpr auto kLongestLife = 24h;

// KEYS: birth, log, entry (may be missing). ARGV: the last position known.
constexpr std::string_view kReadScript =
    "return {redis.call('GET',KEYS[1]),redis.call('XRANGE',KEYS[2],'('..ARGV[1],'+','COUNT',1000),"
    "KEYS[3] and redis.call('GET',KEYS[3])}";

constexpr std::string_view kAddScript =
    "for i=3,#ARGV,3 do redis.call('XADD',KEYS[1],'MAXLEN','~',ARGV[2],'*','kind',ARGV[i],'value',ARGV[i+1],"
    "'host',ARGV[i+2],'from',ARGV[1]) end return #ARGV";

std::string text_of(Position position) {
  return std::to_string(position.milliseconds) + '-' + std::to_string(position.number);
}

std::optional<Position> position_of(std::string_view text) {
  Position position;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, position.milliseconds);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '-') return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, end, position.number);
  if (second.ec != std::errc{} || second.ptr != end) return std::nullopt;
  return position;
}

constexpr std::string_view kKindNames[] = {"resource", "tag", "prefix", "all"};

std::optional<Invalidation::Kind> kind_of(std::string_view name) {
  for (const auto kind :
       {Invalidation::Kind::resource, Invalidation::Kind::tag, Invalidation::Kind::prefix, Invalidation::Kind::all}) {
    if (kKindNames[static_cast<std::size_t>(kind)] == name) return kind;
  }
  return std::nullopt;
}

struct Logged {
  Position position;
  Invalidation invalidation;
  std::string from;
};

// What nobody of ours has written counts as «all»: better to ask again than to keep what should have gone.
Logged logged_of(const redis::Reply& reply) {
  Logged logged;
  if (reply.elements.size() != 2) return logged;
  logged.position = position_of(reply.elements[0].text).value_or(Position{});
  const auto& pairs = reply.elements[1].elements;
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
    const std::string& name = pairs[i].text;
    const std::string& value = pairs[i + 1].text;
    if (name == "kind") logged.invalidation.kind = kind_of(value).value_or(Invalidation::Kind::all);
    if (name == "value") logged.invalidation.value = value;
    if (name == "host") logged.invalidation.host = value;
    if (name == "from") logged.from = value;
  }
  return logged;
}

void add_part(std::string& text, std::string_view part) {
  text.append(std::to_string(part.size())).append(":").append(part);
}

std::string name_of(const KeyView& key) {
  std::string text = key.partition.is_tenant() ? "tenant;" : "anybody;";
  add_part(text, key.partition.id());
  add_part(text, key.host);
  add_part(text, key.target);
  return text;
}

std::string variant_name(std::string name, const std::vector<Selecting>& selecting) {
  for (const Selecting& one : selecting) {
    add_part(name, one.name);
    add_part(name, one.value);
    name += one.present ? '+' : '-';
  }
  return name;
}

std::string drawn_id() {
  std::random_device source;
  return std::to_string((std::uint64_t{source()} << 32) ^ source());
}

std::optional<std::string> value_of(const redis::Reply& reply) {
  if (reply.elements.size() < 3 || reply.elements[2].kind != redis::Reply::Kind::text) return std::nullopt;
  return reply.elements[2].text;
}

}  // namespace

struct SharedStore::State : std::enable_shared_from_this<State> {
  State(Executor loop, redis::Client& redis, SharedStore::Settings given)
      : executor(loop), client(&redis), settings(std::move(given)), alarm(loop) {}

  Executor executor;
  redis::Client* client;  // null once closed
  SharedStore::Settings settings;
  Alarm alarm;
  const std::string me = drawn_id();
  std::string birth;  // of the log we follow; empty: none yet
  bool caught_up = false;
  std::size_t sending = 0;  // so many of the first that are pending are on their way to Redis
  bool telling = false;     // a flush_now() has been begun
  Position position;
  Invalidations invalidations;
  std::vector<Invalidation> pending;
  std::uint64_t corrupt = 0;
  SteadyClock::time_point slow_until{};

  [[nodiscard]] bool open() const noexcept { return client != nullptr; }
  [[nodiscard]] bool usable() const noexcept {
    return open() && client->connected() && caught_up && pending.empty() && SteadyClock::now() >= slow_until;
  }
  [[nodiscard]] std::string named(std::string_view part) const { return settings.prefix + std::string(part); }
  [[nodiscard]] std::string entry_name(std::string_view name) const {
    return settings.prefix + "e:" + sha256(name).text();
  }

  // One command; an error when closed.
  Async<Result<redis::Reply>> command(std::vector<std::string> words) {
    if (!open()) co_return fail(ErrorKind::cancelled, "the cache has been closed");
    Result<redis::Reply> reply = co_await client->command(std::move(words));
    if (!open()) co_return fail(ErrorKind::cancelled, "the cache has been closed");
    co_return reply;
  }

  // Reads the log from where we stand, and the entry of that name, in one moment; takes in what the log has gained.
  Async<Result<redis::Reply>> read(std::string entry) {
    std::vector<std::string> words{"EVAL", std::string(kReadScript), entry.empty() ? "2" : "3", named("birth"),
                                   named("log")};
    if (!entry.empty()) words.push_back(std::move(entry));
    words.push_back(text_of(position));
    Result<redis::Reply> reply = co_await command(std::move(words));
    if (!reply) co_return reply;
    if (reply->elements.size() < 2) co_return fail(ErrorKind::internal, "the cache's script answered another shape");
    take_in(*reply);
    co_return reply;
  }

  void take_in(const redis::Reply& reply) {
    const std::string& found = reply.elements[0].text;
    if (found.empty() || found != birth) {  // wiped, or our first look
      caught_up = false;
      if (!birth.empty()) lose_the_log();
      birth = found;
      return;
    }
    for (const redis::Reply& element : reply.elements[1].elements) {
      const Logged logged = logged_of(element);
      if (logged.position <= position) continue;
      position = logged.position;
      invalidations.add(logged.invalidation, position);
      if (logged.from != me) settings.on_invalidation(logged.invalidation);
    }
    caught_up = reply.elements[1].elements.size() < kBatch;
  }

  void lose_the_log() {
    invalidations.clear();
    position = {};
    settings.on_invalidation({Invalidation::Kind::all, {}, {}});
  }

  Async<void> catch_up() {
    for (int round = 0; round < 200 && open(); ++round) {
      const std::string before = birth;
      std::string no_entry;
      const Result<redis::Reply> reply = co_await read(std::move(no_entry));
      if (!reply) {
        caught_up = false;
        co_return;
      }
      if (caught_up) co_return;
      if (birth.empty()) {
        std::vector<std::string> words{"SET", named("birth"), drawn_id(), "NX"};
        const Result<redis::Reply> drawn = co_await command(std::move(words));
        if (!drawn) co_return;
      } else if (birth != before) {
        co_await begin_at_the_first();
      }
    }
  }

  // What was cut off the log's beginning may have named any entry older than what is left of it.
  Async<void> begin_at_the_first() {
    std::vector<std::string> words{"XLEN", named("log")};
    const Result<redis::Reply> length = co_await command(std::move(words));
    if (!length || length->integer < static_cast<std::int64_t>(kLogLength)) co_return;
    std::vector<std::string> range{"XRANGE", named("log"), "-", "+", "COUNT", "1"};
    const Result<redis::Reply> first = co_await command(std::move(range));
    if (!first || first->elements.empty()) co_return;
    invalidations.add({Invalidation::Kind::all, {}, {}}, logged_of(first->elements[0]).position);
  }

  // KEYS: log. ARGV: who we are, the log's length, and of each invalidation kind, value, host.
  [[nodiscard]] std::vector<std::string> addition(std::size_t count) const {
    std::vector<std::string> words{"EVAL", std::string(kAddScript), "1", named("log"), me, std::to_string(kLogLength)};
    for (std::size_t i = 0; i < count; ++i) {
      words.emplace_back(kKindNames[static_cast<std::size_t>(pending[i].kind)]);
      words.push_back(pending[i].value);
      words.push_back(pending[i].host);
    }
    return words;
  }

  Async<void> flush() {
    if (sending > 0) co_return;
    while (open() && !pending.empty()) {
      sending = std::min(pending.size(), kBatchToSend);
      std::vector<std::string> words = addition(sending);
      const Result<redis::Reply> taken = co_await command(std::move(words));
      if (taken) pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(sending));
      sending = 0;
      if (!taken) break;
    }
  }

  static Async<void> follow(std::shared_ptr<State> state) {
    while (state->open()) {
      if (state->client->connected()) {
        co_await state->flush();
        co_await state->catch_up();
      } else {
        state->caught_up = false;
      }
      state->alarm.expires_after(state->settings.poll);
      const auto waited = co_await state->alarm.async_wait(asio::as_tuple(use_async));
      static_cast<void>(waited);
    }
  }

  static Async<void> flush_now(std::shared_ptr<State> state) {
    co_await state->flush();
    state->telling = false;
    co_await state->catch_up();
  }

  Async<void> discard(std::string name) {
    ++corrupt;
    std::vector<std::string> words{"DEL", std::move(name)};
    const Result<redis::Reply> gone = co_await command(std::move(words));
    static_cast<void>(gone);
  }

  // The entry under this name, when it is the one asked for and still counts. `names`: what it is to be chosen by instead.
  Async<EntryPointer> read_entry(const Key& key, std::string name, std::optional<std::vector<std::string>>& names) {
    const std::string stored_name = entry_name(name);
    const Result<redis::Reply> reply = co_await read(stored_name);
    if (!reply || !caught_up) co_return nullptr;
    const std::optional<std::string> value = value_of(*reply);
    if (!value) co_return nullptr;
    names = decode_vary(*value);
    if (names) co_return nullptr;
    EntryPointer entry = decode(*value);
    if (entry == nullptr || !same_key(entry->key(), key.view())) {
      co_await discard(stored_name);
      co_return nullptr;
    }
    if (invalidations.since(entry->parts().position, *entry)) co_return nullptr;
    co_return entry;
  }

  static Async<EntryPointer> get(std::shared_ptr<State> state, Key key, Fields request,
                                 std::shared_ptr<const void> texts) {
    static_cast<void>(texts);  // keeps what `request` shows
    std::optional<std::vector<std::string>> names;
    const std::string name = name_of(key.view());
    EntryPointer entry = co_await state->read_entry(key, name, names);
    if (entry == nullptr && names) {
      const std::vector<Selecting> selecting = selecting_values(*names, request);
      std::optional<std::vector<std::string>> ignored;
      entry = co_await state->read_entry(key, variant_name(name, selecting), ignored);
    }
    if (entry != nullptr && !selects(entry->parts().selecting, request)) entry = nullptr;
    co_return entry;
  }

  static Async<void> put(std::shared_ptr<State> state, EntryPointer entry) {
    const auto left = std::min<std::chrono::milliseconds>(useful_until(*entry) - state->settings.clock(), kLongestLife);
    if (left < 1ms || entry->body().size() > state->settings.largest) co_return;
    std::string value = encode(*entry);
    if (value.size() > state->settings.largest) co_return;
    const std::string life = std::to_string(left.count());
    std::string name = name_of(entry->key());
    if (!entry->parts().selecting.empty()) {
      std::vector<std::string> names;
      for (const Selecting& one : entry->parts().selecting) names.push_back(one.name);
      std::vector<std::string> index{"SET", state->entry_name(name), encode_vary(names), "PX", life};
      const Result<redis::Reply> indexed = co_await state->command(std::move(index));
      if (!indexed) co_return;
      name = variant_name(std::move(name), entry->parts().selecting);
    }
    std::vector<std::string> words{"SET", state->entry_name(name), std::move(value), "PX", life};
    const Result<redis::Reply> stored = co_await state->command(std::move(words));
    static_cast<void>(stored);  // not stored: the next one asks the service
  }
};

SharedStore::SharedStore(Executor executor, redis::Client& client, Settings settings)
    : state_(std::make_shared<State>(executor, client, std::move(settings))) {
  asio::co_spawn(executor, State::follow(state_), asio::detached);
}

SharedStore::~SharedStore() {
  state_->client = nullptr;
  state_->settings.on_invalidation = [](const Invalidation&) {};
  state_->alarm.cancel();
}

bool SharedStore::usable() const noexcept { return state_->usable(); }
Position SharedStore::position() const noexcept { return state_->position; }
std::uint64_t SharedStore::corrupt() const noexcept { return state_->corrupt; }

namespace {

// Fields whose text is their own: what reads on after nobody waits any more must not look into a connection's buffer.
struct OwnedFields {
  std::string text;
  Fields fields;
};

std::shared_ptr<const OwnedFields> owned(const Fields& fields) {
  auto copy = std::make_shared<OwnedFields>();
  std::size_t size = 0;
  for (const Field& field : fields) size += field.name.size() + field.value.size();
  copy->text.reserve(size);
  for (const Field& field : fields) copy->text.append(field.name).append(field.value);
  std::string_view rest = copy->text;
  for (const Field& field : fields) {
    copy->fields.push_back({rest.substr(0, field.name.size()), rest.substr(field.name.size(), field.value.size())});
    rest.remove_prefix(field.name.size() + field.value.size());
  }
  return copy;
}

}  // namespace

Async<EntryPointer> SharedStore::get(Key key, const Fields& request) {
  const std::shared_ptr<State> state = state_;
  if (!state->usable()) co_return nullptr;
  const auto texts = owned(request);
  const auto deadline = SteadyClock::now() + state->settings.patience;
  UnderWay<EntryPointer> reading(state->executor, deadline, State::get(state, std::move(key), texts->fields, texts));
  std::optional<EntryPointer> found = co_await reading.result();
  if (!found) {
    state->slow_until = SteadyClock::now() + 1s;  // the next ones need not wait to learn the same
    co_return nullptr;
  }
  co_return std::move(*found);
}

void SharedStore::put(EntryPointer entry) {
  if (!state_->usable()) return;
  asio::co_spawn(state_->executor, State::put(state_, std::move(entry)), asio::detached);
}

void SharedStore::publish(Invalidation invalidation) {
  constexpr std::ptrdiff_t kFewToCompare = 100;
  State& state = *state_;
  const auto waiting = state.pending.begin() + static_cast<std::ptrdiff_t>(state.sending);
  const bool few = state.pending.end() - waiting < kFewToCompare;
  if (few && std::find(waiting, state.pending.end(), invalidation) != state.pending.end()) return;
  if (state.pending.size() >= kMostPending) {
    state.pending.resize(state.sending);
    invalidation = {};
  }
  state.pending.push_back(std::move(invalidation));
  if (std::exchange(state.telling, true)) return;  // the one under way takes it along
  asio::co_spawn(state.executor, State::flush_now(state_), asio::detached);
}

}  // namespace valion::gateway::cache

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <map>
#include <utility>

#include "platform/registry/pause.hpp"
#include "platform/registry/record.hpp"
#include "platform/registry/registry.hpp"

namespace valion::registry {
namespace {

using Clock = std::chrono::steady_clock;

Async<Result<std::vector<redis::Reply>>> array_of(redis::Client& redis, std::vector<std::string> command) {
  auto reply = co_await redis.command(std::move(command));
  if (!reply) co_return fail(std::move(reply).error());
  if (reply->kind != redis::Reply::Kind::array) co_return fail(ErrorKind::bad_gateway, "Redis answered no array");
  co_return std::move(reply->elements);
}

// What one look at Redis showed.
struct Sight {
  std::map<std::string, Instance> instances;  // by id
  std::vector<std::string> lapsed;            // members of the index without a record
};

// `pause` is asked before each further use of `redis`, which may be gone once its directory is.
Async<Result<Sight>> look(redis::Client& redis, const RegistrySettings& settings, const Pause& pause) {
  std::vector<std::string> list;
  list.emplace_back("SMEMBERS");
  list.push_back(index_key(settings));
  VALION_CO_TRY_ASSIGN(const std::vector<redis::Reply> members, co_await array_of(redis, std::move(list)));
  Sight sight;
  if (members.empty()) co_return sight;
  if (pause.stopped()) co_return fail(ErrorKind::cancelled, "the directory was closed");

  std::vector<std::string> read;
  read.emplace_back("MGET");
  for (const redis::Reply& member : members) {
    read.push_back(instance_key(settings, member.text));
    read.push_back(health_key(settings, id_of(member.text)));
  }
  VALION_CO_TRY_ASSIGN(const std::vector<redis::Reply> values, co_await array_of(redis, std::move(read)));
  if (values.size() != 2 * members.size())
    co_return fail(ErrorKind::bad_gateway, "Redis answered MGET with another number of values");
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (values[2 * i].kind == redis::Reply::Kind::nil) {
      sight.lapsed.push_back(members[i].text);
      continue;
    }
    Result<Instance> instance = decode_record(values[2 * i].text);
    if (!instance || member_of(*instance) != members[i].text) continue;
    instance->verdict = verdict_of(values[2 * i + 1].text);
    sight.instances.emplace(instance->id, std::move(*instance));
  }
  co_return sight;
}

bool contains(const std::vector<std::string>& ids, const std::string& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

struct Directory::State {
  State(redis::Client& client, RegistrySettings given) : redis(client), settings(std::move(given)) {}

  redis::Client& redis;
  RegistrySettings settings;
  Pause pause;
  std::map<std::string, Instance> known;                  // by id
  std::map<std::string, Clock::time_point> lapsed_since;  // by index member
  std::map<std::string, std::size_t> turn;                // by service: where round robin stands
  bool fresh = false;
  bool was_away = false;  // Redis did not answer the last time
  Clock::time_point back_since{};

  void accept(std::map<std::string, Instance> seen) {
    const auto now = Clock::now();
    if (was_away) back_since = now;
    was_away = false;
    fresh = true;
    if (now - back_since < settings.lease()) seen.merge(known);  // keeps what was seen, adds who is missing
    known = std::move(seen);
  }

  void lost() {
    was_away = true;
    fresh = false;
  }

  // Members without a record for a whole lease. Not at once: their owner may be writing itself again just now.
  [[nodiscard]] std::vector<std::string> long_lapsed(const std::vector<std::string>& lapsed) {
    std::map<std::string, Clock::time_point> since;
    std::vector<std::string> gone;
    for (const std::string& member : lapsed) {
      const auto before = lapsed_since.find(member);
      const auto moment = before == lapsed_since.end() ? Clock::now() : before->second;
      if (Clock::now() - moment > settings.lease()) {
        gone.push_back(member);
      } else {
        since.emplace(member, moment);
      }
    }
    lapsed_since = std::move(since);
    return gone;
  }
};

namespace {

template <class State>
Async<Result<void>> refresh_now(std::shared_ptr<State> state) {
  Result<Sight> sight = co_await look(state->redis, state->settings, state->pause);
  if (!sight) {
    state->lost();
    co_return fail(std::move(sight).error());
  }
  state->accept(std::move(sight->instances));
  std::vector<std::string> remove = state->long_lapsed(sight->lapsed);
  if (remove.empty() || state->pause.stopped()) co_return Result<void>();
  remove.insert(remove.begin(), index_key(state->settings));
  remove.insert(remove.begin(), "SREM");
  const auto tidied = co_await state->redis.command(std::move(remove));
  (void)tidied;  // its failure changes nothing
  co_return Result<void>();
}

template <class State>
Async<void> keep_fresh(std::shared_ptr<State> state, Executor executor) {
  while (!state->pause.stopped()) {
    const Result<void> seen = co_await refresh_now(state);  // what was not seen now is seen at the next heartbeat
    const bool go_on = co_await state->pause.wait(executor, state->settings.heartbeat);
    if (!go_on) break;
  }
}

}  // namespace

Directory::Directory(redis::Client& redis, RegistrySettings settings)
    : state_(std::make_shared<State>(redis, std::move(settings))) {}

Directory::~Directory() { state_->pause.stop(); }

void Directory::start(Executor executor) { asio::co_spawn(executor, keep_fresh(state_, executor), asio::detached); }

Async<Result<void>> Directory::refresh() { return refresh_now(state_); }

std::vector<Instance> Directory::instances(const std::string& service) const {
  std::vector<Instance> found;
  for (const auto& [id, instance] : state_->known) {
    if (instance.service == service) found.push_back(instance);
  }
  return found;
}

std::vector<Instance> Directory::all() const {
  std::vector<Instance> found;
  for (const auto& [id, instance] : state_->known) found.push_back(instance);
  return found;
}

Result<Instance> Directory::pick(const std::string& service, const std::vector<std::string>& avoid) {
  std::vector<const Instance*> well;
  std::vector<const Instance*> critical;
  for (const auto& [id, instance] : state_->known) {
    if (instance.service != service || contains(avoid, id)) continue;
    (instance.verdict == Verdict::critical ? critical : well).push_back(&instance);
  }
  const auto& candidates = well.empty() ? critical : well;
  if (candidates.empty()) {
    return fail(ErrorKind::unavailable,
                (avoid.empty() ? "no instance of " : "no other instance of ") + service + " is registered");
  }
  return *candidates[state_->turn[service]++ % candidates.size()];
}

bool Directory::fresh() const noexcept { return state_->fresh; }

}  // namespace valion::registry

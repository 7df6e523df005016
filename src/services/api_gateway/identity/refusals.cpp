#include "services/api_gateway/identity/refusals.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "services/api_gateway/identity/actor.hpp"

namespace valion::gateway {
namespace {

constexpr std::chrono::seconds kOnceIn{60};
constexpr std::size_t kMostRemembered = 10'000;

using Time = std::chrono::steady_clock::time_point;

struct Told {
  Time when;
  std::int64_t since = 0;  // refusals not told yet
};

std::string subject_of(const RefusedPermission& refusal) {
  return refusal.principal.tenant + "\n" + refusal.principal.user + "\n" + std::string(name_of(refusal.wanted));
}

audit::Entry entry_for(const RefusedPermission& refusal, std::int64_t more) {
  const Actor actor{refusal.principal.tenant, refusal.principal.user, refusal.address, refusal.request_id};
  std::string detail = "wanted " + std::string(name_of(refusal.wanted)) + " for " + refusal.route;
  if (more > 0) detail += "; " + std::to_string(more) + " more before";
  audit::Entry entry = entry_of(actor, actor.tenant, "permission", "", std::move(detail));
  entry.outcome = "refused";
  return entry;
}

}  // namespace

Error permission_refused(Permission wanted, const std::string& user) {
  return make_error(ErrorKind::forbidden,
                    "this wants the permission " + std::string(name_of(wanted)) + "; " + user + " has it not");
}

struct Refusals::State {
  Executor executor;
  sql::Database& database;
  std::map<std::string, Told> told;
};

Refusals::Refusals(Executor executor, sql::Database& database)
    : state_(std::make_shared<State>(State{executor, database, {}})) {}

Refusals::~Refusals() = default;

void Refusals::note(const RefusedPermission& refusal) {
  const auto now = std::chrono::steady_clock::now();
  auto& told = state_->told;
  if (told.size() >= kMostRemembered) {
    std::erase_if(told, [&](const auto& one) { return now - one.second.when >= kOnceIn; });
    if (told.size() >= kMostRemembered) return;
  }
  const auto [entry, is_new] = told.try_emplace(subject_of(refusal), Told{now, 0});
  if (!is_new && now - entry->second.when < kOnceIn) {
    ++entry->second.since;
    return;
  }
  audit::Entry row = entry_for(refusal, entry->second.since);
  entry->second = Told{now, 0};
  const auto write = [](std::shared_ptr<State> state, audit::Entry written) -> Async<void> {
    const Result<void> recorded = co_await audit::record(state->database, std::move(written));
    static_cast<void>(recorded);  // the database is away: the log of the gateway has the request itself
  };
  asio::co_spawn(state_->executor, write(state_, std::move(row)), asio::detached);
}

}  // namespace valion::gateway

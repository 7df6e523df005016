#include "services/api_gateway/identity/personal_data.hpp"

#include "platform/audit/persons.hpp"

namespace valion::gateway {
namespace {

constexpr std::int64_t kAllRows = 1'000'000;

std::vector<std::string> texts(soci::session& session, const std::string& statement, const std::string& name) {
  const soci::rowset<std::string> rows = (session.prepare << statement, soci::use(name));
  return {rows.begin(), rows.end()};
}

std::int64_t renamed(soci::session& session, const std::string& statement, const std::string& from,
                     const std::string& to) {
  soci::statement rename = (session.prepare << statement, soci::use(to), soci::use(from));
  rename.execute(true);
  return rename.get_affected_rows();
}

std::int64_t forget_sessions(soci::session& session, const std::string& name) {
  // The ids stay while tokens may still name them: an ended session keeps them out.
  soci::statement forget = (session.prepare << "update gateway_sessions set user_name = '', address = '', agent = '' "
                                               "where user_name = :name",
                            soci::use(name));
  forget.execute(true);
  return forget.get_affected_rows();
}

Result<contracts::ErasedPerson> erase_in(soci::session& session, const std::string& name, const Actor& actor) {
  VALION_TRY_ASSIGN(const User removed, remove_user(session, name));
  contracts::ErasedPerson erased;
  erased.sessions = forget_sessions(session, name);
  session << "delete from gateway_setup_tokens where user_name = :name", soci::use(name);
  session << "delete from gateway_token_cuts where user_name = :name", soci::use(name);
  // The last row that names him, and then nothing leads from its pseudonym to him.
  audit::append(session, entry_of(actor, removed.principal.tenant, "user.erase", "user:" + name));
  erased.pseudonym = audit::known_pseudonym(session, name).value_or("");
  audit::erase_person(session, name);
  erased.keys =
      renamed(session, "update gateway_api_keys set created_by = :to where created_by = :from", name, erased.pseudonym);
  return erased;
}

}  // namespace

Async<Result<KeptData>> PersonalDataStore::collect(std::string user, Actor actor) {
  const auto look = [user, actor](soci::session& session) -> Result<KeptData> {
    auto known = read_user(session, user);
    if (!known) return fail(ErrorKind::not_found, "there is no user " + user);
    KeptData kept;
    kept.user = std::move(*known);
    audit::append(session, entry_of(actor, kept.user.principal.tenant, "user.export", "user:" + user));
    kept.sessions = sessions_of(session, user);
    kept.keys = texts(session, "select id from gateway_api_keys where created_by = :name order by id", user);
    kept.audit = audit::read(session, {std::nullopt, user, 0, kAllRows});
    return kept;
  };
  auto kept = co_await database_.run(look);
  if (!kept) co_return fail(std::move(kept).error());
  const auto look_for_jobs = [user](soci::session& session) {
    return texts(session, "select id from jobs where user_name = :name order by id", user);
  };
  auto jobs = co_await jobs_.read(look_for_jobs);
  if (!jobs) co_return fail(std::move(jobs).error());
  kept->jobs = std::move(*jobs);
  co_return std::move(*kept);
}

// Jobs first: what fails there can be asked for again, and the account goes when nothing else bears its name.
Async<Result<contracts::ErasedPerson>> PersonalDataStore::erase(std::string user, Actor actor) {
  const auto begin = [user](soci::session& session) -> Result<std::string> {
    VALION_TRY(removable_user(session, user));
    return audit::pseudonym_for(session, user);
  };
  auto pseudonym = co_await database_.run(begin);
  if (!pseudonym) co_return fail(std::move(pseudonym).error());
  const auto forget_jobs = [user, to = *pseudonym](soci::session& session) {
    session << "delete from idempotency_keys where user_name = :name", soci::use(user);
    return renamed(session, "update jobs set user_name = :to where user_name = :from", user, to);
  };
  auto jobs = co_await jobs_.run(forget_jobs);
  if (!jobs) co_return fail(std::move(jobs).error());
  const auto forget = [user, actor](soci::session& session) { return erase_in(session, user, actor); };
  auto erased = co_await database_.run(forget);
  if (!erased) co_return fail(std::move(erased).error());
  erased->jobs = *jobs;
  co_return std::move(*erased);
}

}  // namespace valion::gateway

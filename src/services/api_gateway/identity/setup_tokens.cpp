#include "services/api_gateway/identity/setup_tokens.hpp"

#include "base/date.hpp"
#include "platform/auth/password.hpp"
#include "platform/objects/object_store.hpp"

namespace valion::gateway {
namespace {

constexpr std::size_t kTokenBytes = 32;

const std::vector<sql::Migration>& migrations() {
  static const std::vector<sql::Migration> steps{{"setup tokens", R"(create table gateway_setup_tokens (
          hash text primary key,
          user_name text not null,
          expires_at bigint not null))"}};
  return steps;
}

std::int64_t seconds_of(SetupTokens::Time time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::optional<std::string> owner(soci::session& session, const std::string& token, std::int64_t now) {
  const std::string hash = sha256(token).text();
  std::string user;
  session << "select user_name from gateway_setup_tokens where hash = :hash and expires_at > :now", soci::use(hash),
      soci::use(now), soci::into(user);
  if (!session.got_data()) return std::nullopt;
  const auto known = read_user(session, user);
  if (!known || known->disabled) return std::nullopt;
  return user;
}

tl::unexpected<Error> not_good() {
  return fail(ErrorKind::not_found, "the setup link is not good (any more); ask for a new one");
}

}  // namespace

SetupToken make_setup_token(soci::session& session, const std::string& user, SetupTokens::Time now) {
  const auto end = now + kSetupLifetime;
  SetupToken made{user, auth::random_text(kTokenBytes), utc_timestamp(end)};
  const std::string hash = sha256(made.token).text();
  const std::int64_t expires_at = seconds_of(end);
  const std::int64_t before = seconds_of(now);
  session << "delete from gateway_setup_tokens where expires_at <= :now", soci::use(before);
  session << "insert into gateway_setup_tokens (hash, user_name, expires_at) values (:hash, :user, :expires_at)",
      soci::use(hash), soci::use(user), soci::use(expires_at);
  return made;
}

SetupTokens::SetupTokens(sql::Database& database) : database_(database) {
  database.migrate("gateway_setup", migrations());
}

Async<Result<SetupToken>> SetupTokens::make(std::string user, Time now, Actor actor) {
  const auto work = [user, now, actor](soci::session& session) -> Result<SetupToken> {
    const auto known = read_user(session, user);
    if (!known) return fail(ErrorKind::not_found, "there is no user " + user);
    if (known->disabled) return fail(ErrorKind::conflict, user + " is disabled; enable the account first");
    SetupToken made = make_setup_token(session, user, now);
    audit::append(session, entry_of(actor, known->principal.tenant, "user.setup-link", "user:" + user));
    return made;
  };
  auto made = co_await database_.run(work);
  co_return made;
}

Async<Result<std::optional<std::string>>> SetupTokens::user_of(std::string token, Time now) {
  const auto work = [token, now](soci::session& session) { return owner(session, token, seconds_of(now)); };
  auto user = co_await database_.read(work);
  co_return user;
}

Async<Result<User>> SetupTokens::use(std::string token, std::string password_hash, Time now, Actor actor) {
  const auto work = [token, password_hash, now, actor](soci::session& session) -> Result<User> {
    const std::string hash = sha256(token).text();
    // Takes the row first: of two at once one finds nothing more to use.
    session << "update gateway_setup_tokens set expires_at = expires_at where hash = :hash", soci::use(hash);
    const auto user = owner(session, token, seconds_of(now));
    if (!user) return not_good();
    session << "delete from gateway_setup_tokens where user_name = :user", soci::use(*user);
    const auto choose = [&](User& changed) { changed.password_hash = password_hash; };
    VALION_TRY_ASSIGN(User changed, change_user(session, *user, choose));
    Actor himself = actor;
    himself.user = *user;
    audit::append(session, entry_of(himself, changed.principal.tenant, "user.setup", "user:" + *user));
    return changed;
  };
  auto changed = co_await database_.run(work);
  co_return changed;
}

Async<Result<std::optional<SetupToken>>> SetupTokens::make_if_pending(std::string user, Time now) {
  const auto work = [user, now](soci::session& session) -> Result<std::optional<SetupToken>> {
    const auto known = read_user(session, user);
    if (!known || known->disabled || !known->password_hash.empty()) return std::optional<SetupToken>();
    int good = 0;
    const std::int64_t moment = seconds_of(now);
    session << "select count(*) from gateway_setup_tokens where user_name = :user and expires_at > :now",
        soci::use(user), soci::use(moment), soci::into(good);
    if (good > 0) return std::optional<SetupToken>();
    SetupToken made = make_setup_token(session, user, now);
    audit::append(session, entry_of(ourselves(), known->principal.tenant, "user.setup-link", "user:" + user));
    return std::optional<SetupToken>(std::move(made));
  };
  auto made = co_await database_.run(work);
  co_return made;
}

}  // namespace valion::gateway

#include "services/api_gateway/identity/session_catalogue.hpp"

#include <chrono>

#include "base/date.hpp"
#include "platform/auth/password.hpp"
#include "platform/objects/object_store.hpp"
#include "services/api_gateway/identity/tenant_catalogue.hpp"
#include "services/api_gateway/identity/withdrawal_log.hpp"

namespace valion::gateway {
namespace {

constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kLongestAgent = 200;
constexpr std::int64_t kRememberedAfterEnd = 8 * 86'400;  // seconds: longer than any access token lives

const std::vector<sql::Migration>& migrations() {
  static const std::vector<sql::Migration> steps{{"sessions", R"(create table gateway_sessions (
          id text primary key,
          user_name text not null,
          tenant text not null,
          created_at text not null,
          last_used_at text not null,
          expires_at bigint not null,
          ended_at bigint not null default 0,
          refreshable integer not null,
          address text not null,
          agent text not null);
        create index gateway_sessions_user on gateway_sessions (user_name);
        create index gateway_sessions_end on gateway_sessions (ended_at);
        create index gateway_sessions_expiry on gateway_sessions (expires_at);
        create table gateway_refresh_tokens (
          hash text primary key,
          session text not null,
          used integer not null default 0);
        create index gateway_refresh_tokens_session on gateway_refresh_tokens (session))"}};
  return steps;
}

std::string now_text() { return utc_timestamp(std::chrono::system_clock::now()); }
std::int64_t now_seconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

tl::unexpected<Error> not_in_force() {
  return fail(ErrorKind::unauthenticated, "the refresh token is not in force; sign in again");
}

constexpr const char* kSelect =
    "select id, user_name, tenant, created_at, last_used_at, expires_at, ended_at, refreshable, address, agent from "
    "gateway_sessions ";

Session session_of(const soci::row& row) {
  Session session;
  session.id = row.get<std::string>(0);
  session.user = row.get<std::string>(1);
  session.tenant = row.get<std::string>(2);
  session.created_at = row.get<std::string>(3);
  session.last_used_at = row.get<std::string>(4);
  session.expires_at = row.get<long long>(5);
  session.ended_at = row.get<long long>(6);
  session.refreshable = row.get<int>(7) != 0;
  session.address = row.get<std::string>(8);
  session.agent = row.get<std::string>(9);
  return session;
}

std::optional<Session> read_session(soci::session& sql, const std::string& id) {
  const soci::rowset<soci::row> rows = (sql.prepare << std::string(kSelect) + "where id = :id", soci::use(id));
  for (const soci::row& row : rows) return session_of(row);
  return std::nullopt;
}

void insert(soci::session& sql, const Session& session) {
  const int refreshable = session.refreshable ? 1 : 0;
  sql << "insert into gateway_sessions (id, user_name, tenant, created_at, last_used_at, expires_at, refreshable, "
         "address, agent) values (:id, :user, :tenant, :created_at, :last_used_at, :expires_at, :refreshable, "
         ":address, :agent)",
      soci::use(session.id), soci::use(session.user), soci::use(session.tenant), soci::use(session.created_at),
      soci::use(session.last_used_at), soci::use(session.expires_at), soci::use(refreshable),
      soci::use(session.address), soci::use(session.agent);
}

std::string new_refresh_token(soci::session& sql, const std::string& session) {
  std::string token = std::string(kRefreshMark) + auth::random_text(kSecretBytes);
  const std::string hash = sha256(token).text();
  sql << "insert into gateway_refresh_tokens (hash, session) values (:hash, :session)", soci::use(hash),
      soci::use(session);
  return token;
}

template <class... Bound>
bool changed_one(soci::session& sql, const std::string& statement, const Bound&... bound) {
  soci::statement run(sql);
  (run.exchange(soci::use(bound)), ...);
  run.alloc();
  run.prepare(statement);
  run.define_and_bind();
  run.execute(true);
  return run.get_affected_rows() == 1;
}

// Also takes the user's row, so that no change of him can slip in between.
bool still_stands(soci::session& sql, const User& user) {
  return changed_one(sql,
                     "update gateway_users set last_seen_at = :now where name = :name and password_hash = :hash and "
                     "disabled = 0",
                     now_text(), user.principal.user, user.password_hash) &&
         check_tenant(sql, user.principal.tenant).has_value();
}

bool end_one(soci::session& sql, const std::string& id) {
  if (!changed_one(sql, "update gateway_sessions set ended_at = :now where id = :id and ended_at = 0", now_seconds(),
                   id)) {
    return false;
  }
  note_change(sql);
  return true;
}

void forget_old(soci::session& sql, std::int64_t now) {
  const std::int64_t before = now - kRememberedAfterEnd;
  sql << "delete from gateway_refresh_tokens where session in (select id from gateway_sessions where expires_at < "
         ":before)",
      soci::use(before);
  sql << "delete from gateway_sessions where expires_at < :before", soci::use(before);
}

Session session_for(const SessionCatalogue::Opening& opening, const Actor& actor) {
  Session session;
  session.id = auth::random_text(kIdBytes);
  session.user = opening.user.principal.user;
  session.tenant = opening.user.principal.tenant;
  session.created_at = session.last_used_at = now_text();
  session.expires_at = opening.expires_at;
  session.refreshable = opening.refreshable;
  session.address = actor.address;
  session.agent = opening.agent.substr(0, kLongestAgent);
  return session;
}

// What a refresh came to, inside its transaction: a theft must be committed although the answer is a refusal.
struct Outcome {
  std::optional<SessionCatalogue::Refreshed> refreshed;
};

Outcome refuse_copied(soci::session& sql, const Session& session, Actor actor) {
  actor.tenant = session.tenant;
  actor.user = session.user;
  if (!end_one(sql, session.id)) return {};  // over already: told before
  auto entry = entry_of(actor, session.tenant, "session.refresh", "session:" + session.id,
                        "a refresh token came a second time: the session was ended");
  entry.outcome = "refused";
  audit::append(sql, entry);
  return {};
}

Outcome refresh_in(soci::session& sql, const std::string& token, std::int64_t now, const Actor& actor) {
  const std::string hash = sha256(token).text();
  std::string id;
  int used = 0;
  sql << "select session, used from gateway_refresh_tokens where hash = :hash", soci::use(hash), soci::into(id),
      soci::into(used);
  if (!sql.got_data()) return {};
  const auto session = read_session(sql, id);
  if (!session) return {};
  if (used != 0) return refuse_copied(sql, *session, actor);
  if (session->ended_at != 0 || session->expires_at <= now) return {};
  auto user = read_user(sql, session->user);
  if (!user || !still_stands(sql, *user)) return {};
  // Of two at once the second has waited at the user's row for the first to commit, and finds the token used.
  if (!changed_one(sql, "update gateway_refresh_tokens set used = 1 where hash = :hash and used = 0", hash)) {
    return refuse_copied(sql, *session, actor);
  }
  if (!changed_one(sql, "update gateway_sessions set last_used_at = :now where id = :id and ended_at = 0", now_text(),
                   id)) {
    return {};
  }
  Outcome outcome;
  outcome.refreshed = SessionCatalogue::Refreshed{*session, std::move(*user), new_refresh_token(sql, id),
                                                  token_cut_of(sql, session->user)};
  return outcome;
}

}  // namespace

std::vector<Session> sessions_of(soci::session& session, const std::string& user) {
  const soci::rowset<soci::row> rows =
      (session.prepare << std::string(kSelect) + "where user_name = :user order by created_at desc, id",
       soci::use(user));
  std::vector<Session> sessions;
  for (const soci::row& row : rows) sessions.push_back(session_of(row));
  return sessions;
}

std::int64_t end_sessions(soci::session& session, const std::string& user) {
  const std::int64_t now = now_seconds();
  soci::statement end = (session.prepare << "update gateway_sessions set ended_at = :now where user_name = :user and "
                                            "ended_at = 0 and expires_at > :still",
                         soci::use(now), soci::use(user), soci::use(now));
  end.execute(true);
  note_change(session);
  return end.get_affected_rows();
}

SessionCatalogue::SessionCatalogue(sql::Database& database) : database_(database) {
  audit::migrate(database);
  migrate_changes(database);
  database.migrate("gateway_sessions", migrations());
}

Async<Result<SessionCatalogue::Opened>> SessionCatalogue::open(Opening opening, Actor actor) {
  actor.user = opening.user.principal.user;
  actor.tenant = opening.user.principal.tenant;
  const Session session = session_for(opening, actor);
  const auto write = [opening, actor, session](soci::session& sql) -> Result<Opened> {
    if (!still_stands(sql, opening.user)) return fail(ErrorKind::unauthenticated, "user or password is wrong");
    if (!opening.new_password_hash.empty()) {
      sql << "update gateway_users set password_hash = :hash where name = :name", soci::use(opening.new_password_hash),
          soci::use(session.user);
    }
    forget_old(sql, opening.now);
    insert(sql, session);
    Opened opened;
    opened.session = session;
    if (session.refreshable) opened.refresh_token = new_refresh_token(sql, session.id);
    opened.cut = token_cut_of(sql, session.user);
    audit::append(sql, entry_of(actor, session.tenant, "login", "session:" + session.id));
    return opened;
  };
  auto opened = co_await database_.run(write);
  co_return opened;
}

Async<Result<SessionCatalogue::Refreshed>> SessionCatalogue::refresh(std::string token, std::int64_t now, Actor actor) {
  if (!token.starts_with(kRefreshMark)) co_return not_in_force();
  const auto write = [token, now, actor](soci::session& sql) { return refresh_in(sql, token, now, actor); };
  auto outcome = co_await database_.run(write);
  if (!outcome) co_return fail(std::move(outcome).error());
  if (!outcome->refreshed) co_return not_in_force();
  co_return std::move(*outcome->refreshed);
}

Async<Result<void>> SessionCatalogue::end(std::string id, Actor actor) {
  const auto write = [id, actor](soci::session& sql) -> Result<void> {
    const auto session = read_session(sql, id);
    if (!session || session->user != actor.user || session->tenant != actor.tenant || !end_one(sql, id)) {
      return fail(ErrorKind::not_found, "there is no session " + id + " of yours in force");
    }
    audit::append(sql, entry_of(actor, session->tenant, "logout", "session:" + id));
    return {};
  };
  auto ended = co_await database_.run(write);
  co_return ended;
}

Async<Result<std::int64_t>> SessionCatalogue::end_all(Actor actor) {
  const auto write = [actor](soci::session& sql) {
    const std::int64_t count = end_sessions(sql, actor.user);
    audit::append(sql, entry_of(actor, actor.tenant, "logout", "user:" + actor.user, "all sessions"));
    return count;
  };
  auto ended = co_await database_.run(write);
  co_return ended;
}

Async<Result<std::vector<Session>>> SessionCatalogue::of_user(std::string user, std::int64_t now) {
  const auto read = [user, now](soci::session& sql) {
    std::vector<Session> sessions = sessions_of(sql, user);
    std::erase_if(sessions, [&](const Session& one) { return one.ended_at != 0 || one.expires_at <= now; });
    return sessions;
  };
  auto sessions = co_await database_.read(read);
  co_return sessions;
}

}  // namespace valion::gateway

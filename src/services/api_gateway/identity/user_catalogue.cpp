#include "services/api_gateway/identity/user_catalogue.hpp"

#include <algorithm>

#include "base/date.hpp"
#include "services/api_gateway/identity/session_catalogue.hpp"
#include "services/api_gateway/identity/tenant_catalogue.hpp"
#include "services/api_gateway/identity/withdrawal_log.hpp"

namespace valion::gateway {
namespace {

const std::vector<sql::Migration>& migrations() {
  static const std::vector<sql::Migration> steps{
      {"users", R"(create table gateway_users (
          name text primary key,
          tenant text not null,
          roles text not null,
          password_hash text not null,
          created_at text not null))"},
      {"disabled users", "alter table gateway_users add column disabled integer not null default 0"},
      // Apart from the users, since the tokens of a removed one must stay cut off.
      {"token cuts", R"(create table gateway_token_cuts (
          user_name text primary key,
          cut_at bigint not null))"},
      {"persons", R"(alter table gateway_users add column full_name text not null default '';
        alter table gateway_users add column email text not null default '';
        alter table gateway_users add column last_seen_at text not null default '')"}};
  return steps;
}

constexpr const char* kSelect =
    "select name, tenant, roles, password_hash, created_at, disabled, full_name, email, last_seen_at from "
    "gateway_users ";

std::int64_t seconds_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

User user_of(const soci::row& row) {
  User user;
  user.principal = {row.get<std::string>(1), row.get<std::string>(0), split_roles(row.get<std::string>(2))};
  user.password_hash = row.get<std::string>(3);
  user.created_at = row.get<std::string>(4);
  user.disabled = row.get<int>(5) != 0;
  user.full_name = row.get<std::string>(6);
  user.email = row.get<std::string>(7);
  user.last_seen_at = row.get<std::string>(8);
  return user;
}

std::vector<User> read_users(soci::session& session) {
  const soci::rowset<soci::row> rows = (session.prepare << std::string(kSelect) + "order by name");
  std::vector<User> users;
  for (const soci::row& row : rows) users.push_back(user_of(row));
  return users;
}

void insert(soci::session& session, const User& user) {
  const std::string roles = joined_roles(user.principal.roles);
  const int disabled = user.disabled ? 1 : 0;
  session << "insert into gateway_users (name, tenant, roles, password_hash, created_at, disabled, full_name, email) "
             "values (:name, :tenant, :roles, :hash, :created_at, :disabled, :full_name, :email)",
      soci::use(user.principal.user), soci::use(user.principal.tenant), soci::use(roles), soci::use(user.password_hash),
      soci::use(user.created_at), soci::use(disabled), soci::use(user.full_name), soci::use(user.email);
}

// Later than the last cut, since a token that was issued right after that one bears the second after it (SignIn).
void cut_tokens(soci::session& session, const std::string& name) {
  const std::int64_t last = token_cut_of(session, name);
  const std::int64_t cut = last > 0 ? std::max(seconds_now(), last + 1) : seconds_now();
  session << "delete from gateway_token_cuts where user_name = :name", soci::use(name);
  session << "insert into gateway_token_cuts (user_name, cut_at) values (:name, :cut)", soci::use(name), soci::use(cut);
  end_sessions(session, name);
  note_change(session);
}

bool is_admin(const User& user) {
  return !user.disabled && !user.password_hash.empty() && user.principal.has_role("admin");
}

// Somebody must be left who can let others in.
Result<void> keeps_an_admin(soci::session& session, const User& before, const User* after) {
  if (!is_admin(before) || (after != nullptr && is_admin(*after))) return {};
  for (const User& other : read_users(session)) {
    if (other.principal.user != before.principal.user && is_admin(other)) return {};
  }
  return fail(ErrorKind::conflict, before.principal.user + " is the last admin; make another one first");
}

tl::unexpected<Error> no_such_user(const std::string& name) {
  return fail(ErrorKind::not_found, "there is no user " + name);
}

audit::Entry user_entry(const Actor& actor, const User& user, std::string action, std::string detail = {}) {
  return entry_of(actor, user.principal.tenant, std::move(action), "user:" + user.principal.user, std::move(detail));
}

std::string roles_detail(const User& user) { return "roles " + joined_roles(user.principal.roles); }

}  // namespace

std::string joined_roles(const std::vector<std::string>& roles) {
  std::string text;
  for (const std::string& role : roles) text += (text.empty() ? "" : ",") + role;
  return text;
}

std::vector<std::string> split_roles(const std::string& text) {
  std::vector<std::string> roles;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    roles.push_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  return roles;
}

std::optional<User> read_user(soci::session& session, const std::string& name) {
  const soci::rowset<soci::row> rows =
      (session.prepare << std::string(kSelect) + "where name = :name", soci::use(name));
  for (const soci::row& row : rows) return user_of(row);
  return std::nullopt;
}

std::int64_t token_cut_of(soci::session& session, const std::string& name) {
  long long cut = 0;
  session << "select cut_at from gateway_token_cuts where user_name = :name", soci::use(name), soci::into(cut);
  return session.got_data() ? std::int64_t{cut} : 0;
}

Result<User> change_user(soci::session& session, const std::string& name, const std::function<void(User&)>& apply) {
  const auto before = read_user(session, name);
  if (!before) return no_such_user(name);
  User after = *before;
  apply(after);
  VALION_TRY(keeps_an_admin(session, *before, &after));
  const std::string roles = joined_roles(after.principal.roles);
  const int disabled = after.disabled ? 1 : 0;
  session << "update gateway_users set roles = :roles, password_hash = :hash, disabled = :disabled where name = :name",
      soci::use(roles), soci::use(after.password_hash), soci::use(disabled), soci::use(name);
  cut_tokens(session, name);
  return after;
}

Result<User> removable_user(soci::session& session, const std::string& name) {
  auto before = read_user(session, name);
  if (!before) return no_such_user(name);
  VALION_TRY(keeps_an_admin(session, *before, nullptr));
  return std::move(*before);
}

Result<User> remove_user(soci::session& session, const std::string& name) {
  VALION_TRY_ASSIGN(User before, removable_user(session, name));
  session << "delete from gateway_users where name = :name", soci::use(name);
  cut_tokens(session, name);
  return before;
}

UserCatalogue::UserCatalogue(sql::Database& database) : database_(database) {
  audit::migrate(database);
  migrate_changes(database);
  database_.migrate("gateway", migrations());
}

Async<Result<std::optional<User>>> UserCatalogue::find(std::string name) {
  const auto read = [name](soci::session& session) { return read_user(session, name); };
  auto found = co_await database_.read(read);
  co_return found;
}

Async<Result<std::vector<User>>> UserCatalogue::all() {
  const auto read = [](soci::session& session) { return read_users(session); };
  auto users = co_await database_.read(read);
  co_return users;
}

Async<Result<bool>> UserCatalogue::add_first(std::vector<User> users, BeforeCommit before_commit) {
  for (User& user : users) user.created_at = utc_timestamp(std::chrono::system_clock::now());
  const auto add = [users, before_commit](soci::session& session) -> Result<bool> {
    note_change(
        session);  // takes its row: of two gateways that start together the second waits here, and finds somebody
    int count = 0;
    session << "select count(*) from gateway_users", soci::into(count);
    if (count > 0) return false;
    for (const User& user : users) insert(session, user);
    VALION_TRY(before_commit(session));
    for (const User& user : users) {
      audit::append(session, user_entry(ourselves(), user, "user.add", roles_detail(user)));
    }
    return true;
  };
  auto added = co_await database_.run(add);
  co_return added;
}

Async<Result<User>> UserCatalogue::add(User user, Actor actor) {
  user.created_at = utc_timestamp(std::chrono::system_clock::now());
  const auto add = [user, actor](soci::session& session) -> Result<User> {
    VALION_TRY(check_tenant(session, user.principal.tenant));
    if (read_user(session, user.principal.user)) {
      return fail(ErrorKind::conflict, "there is a user " + user.principal.user + " already");
    }
    insert(session, user);
    audit::append(session, user_entry(actor, user, "user.add", roles_detail(user)));
    return user;
  };
  auto added = co_await database_.run(add);
  co_return added;
}

Async<Result<User>> UserCatalogue::change(std::string name, Change change, Actor actor) {
  const auto apply = [name, change, actor](soci::session& session) -> Result<User> {
    VALION_TRY_ASSIGN(User after, change_user(session, name, change.apply));
    audit::append(session, user_entry(actor, after, change.action, change.detail));
    return after;
  };
  auto changed = co_await database_.run(apply);
  co_return changed;
}

Async<Result<User>> UserCatalogue::set_password(std::string name, std::string password_hash, Actor actor) {
  Change to{"user.password", {}, [password_hash](User& user) { user.password_hash = password_hash; }};
  auto changed = co_await change(std::move(name), std::move(to), std::move(actor));
  co_return changed;
}

Async<Result<User>> UserCatalogue::set_roles(std::string name, std::vector<std::string> roles, Actor actor) {
  Change to{"user.roles", "roles " + joined_roles(roles), [roles](User& user) { user.principal.roles = roles; }};
  auto changed = co_await change(std::move(name), std::move(to), std::move(actor));
  co_return changed;
}

Async<Result<User>> UserCatalogue::set_disabled(std::string name, bool disabled, Actor actor) {
  Change to{disabled ? "user.disable" : "user.enable", {}, [disabled](User& user) { user.disabled = disabled; }};
  auto changed = co_await change(std::move(name), std::move(to), std::move(actor));
  co_return changed;
}

Async<Result<void>> UserCatalogue::remove(std::string name, Actor actor) {
  const auto apply = [name, actor](soci::session& session) -> Result<void> {
    VALION_TRY_ASSIGN(const User removed, remove_user(session, name));
    audit::append(session, user_entry(actor, removed, "user.remove"));
    return {};
  };
  auto removed = co_await database_.run(apply);
  co_return removed;
}

Async<Result<TokenCuts>> UserCatalogue::token_cuts() {
  const auto read = [](soci::session& session) {
    TokenCuts cuts;
    const soci::rowset<soci::row> rows = (session.prepare << "select user_name, cut_at from gateway_token_cuts");
    for (const soci::row& row : rows) cuts[row.get<std::string>(0)] = row.get<long long>(1);
    return cuts;
  };
  auto cuts = co_await database_.read(read);
  co_return cuts;
}

}  // namespace valion::gateway

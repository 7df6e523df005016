#include "services/api_gateway/identity/user_catalogue.hpp"

#include <algorithm>

#include "base/date.hpp"

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
          cut_at bigint not null))"}};
  return steps;
}

std::int64_t seconds_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

std::vector<User> read_users(soci::session& session) {
  const soci::rowset<soci::row> rows =
      (session.prepare << "select name, tenant, roles, password_hash, created_at, disabled from gateway_users order by "
                          "name");
  std::vector<User> users;
  for (const soci::row& row : rows) {
    User user;
    user.principal = {row.get<std::string>(1), row.get<std::string>(0), split_roles(row.get<std::string>(2))};
    user.password_hash = row.get<std::string>(3);
    user.created_at = row.get<std::string>(4);
    user.disabled = row.get<int>(5) != 0;
    users.push_back(std::move(user));
  }
  return users;
}

std::optional<User> read_user(soci::session& session, const std::string& name) {
  User user;
  std::string roles;
  int disabled = 0;
  session << "select tenant, roles, password_hash, created_at, disabled from gateway_users where name = :name",
      soci::use(name), soci::into(user.principal.tenant), soci::into(roles), soci::into(user.password_hash),
      soci::into(user.created_at), soci::into(disabled);
  if (!session.got_data()) return std::nullopt;
  user.principal.user = name;
  user.principal.roles = split_roles(roles);
  user.disabled = disabled != 0;
  return user;
}

void insert(soci::session& session, const User& user) {
  const std::string roles = joined_roles(user.principal.roles);
  const int disabled = user.disabled ? 1 : 0;
  session << "insert into gateway_users (name, tenant, roles, password_hash, created_at, disabled) values (:name, "
             ":tenant, :roles, :hash, :created_at, :disabled)",
      soci::use(user.principal.user), soci::use(user.principal.tenant), soci::use(roles), soci::use(user.password_hash),
      soci::use(user.created_at), soci::use(disabled);
}

// Later than the last cut, since a token that was issued right after that one bears the second after it (SignIn).
void cut_tokens(soci::session& session, const std::string& name) {
  long long last = 0;
  session << "select cut_at from gateway_token_cuts where user_name = :name", soci::use(name), soci::into(last);
  const std::int64_t cut = session.got_data() ? std::max<std::int64_t>(seconds_now(), last + 1) : seconds_now();
  session << "delete from gateway_token_cuts where user_name = :name", soci::use(name);
  session << "insert into gateway_token_cuts (user_name, cut_at) values (:name, :cut)", soci::use(name), soci::use(cut);
}

bool is_admin(const User& user) { return !user.disabled && user.principal.has_role("admin"); }

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

UserCatalogue::UserCatalogue(sql::Database& database) : database_(database) {
  database_.migrate("gateway", migrations());
}

Async<Result<std::optional<User>>> UserCatalogue::find(const std::string& name) {
  const auto read = [name](soci::session& session) { return read_user(session, name); };
  auto found = co_await database_.read(read);
  co_return found;
}

Async<Result<std::vector<User>>> UserCatalogue::all() {
  const auto read = [](soci::session& session) { return read_users(session); };
  auto users = co_await database_.read(read);
  co_return users;
}

Async<Result<bool>> UserCatalogue::add_first(User user, std::function<Result<void>()> before_commit) {
  user.created_at = utc_timestamp(std::chrono::system_clock::now());
  const auto add = [user, before_commit](soci::session& session) -> Result<bool> {
    int count = 0;
    session << "select count(*) from gateway_users", soci::into(count);
    if (count > 0) return false;
    insert(session, user);
    VALION_TRY(before_commit());
    return true;
  };
  auto added = co_await database_.run(add);
  co_return added;
}

Async<Result<User>> UserCatalogue::add(User user) {
  user.created_at = utc_timestamp(std::chrono::system_clock::now());
  const auto add = [user](soci::session& session) -> Result<User> {
    if (read_user(session, user.principal.user)) {
      return fail(ErrorKind::conflict, "there is a user " + user.principal.user + " already");
    }
    insert(session, user);
    return user;
  };
  auto added = co_await database_.run(add);
  co_return added;
}

Async<Result<User>> UserCatalogue::change(std::string name, Change change) {
  const auto apply = [name, change](soci::session& session) -> Result<User> {
    const auto before = read_user(session, name);
    if (!before) return no_such_user(name);
    User after = *before;
    change(after);
    VALION_TRY(keeps_an_admin(session, *before, &after));
    const std::string roles = joined_roles(after.principal.roles);
    const int disabled = after.disabled ? 1 : 0;
    session
        << "update gateway_users set roles = :roles, password_hash = :hash, disabled = :disabled where name = :name",
        soci::use(roles), soci::use(after.password_hash), soci::use(disabled), soci::use(name);
    cut_tokens(session, name);
    return after;
  };
  auto changed = co_await database_.run(apply);
  co_return changed;
}

Async<Result<User>> UserCatalogue::set_password(std::string name, std::string password_hash) {
  const Change change_password = [password_hash](User& user) { user.password_hash = password_hash; };
  auto changed = co_await change(name, change_password);
  co_return changed;
}

Async<Result<User>> UserCatalogue::set_roles(std::string name, std::vector<std::string> roles) {
  const Change change_roles = [roles](User& user) { user.principal.roles = roles; };
  auto changed = co_await change(name, change_roles);
  co_return changed;
}

Async<Result<User>> UserCatalogue::set_disabled(std::string name, bool disabled) {
  const Change change_state = [disabled](User& user) { user.disabled = disabled; };
  auto changed = co_await change(name, change_state);
  co_return changed;
}

Async<Result<void>> UserCatalogue::remove(std::string name) {
  const auto apply = [name](soci::session& session) -> Result<void> {
    const auto before = read_user(session, name);
    if (!before) return no_such_user(name);
    VALION_TRY(keeps_an_admin(session, *before, nullptr));
    session << "delete from gateway_users where name = :name", soci::use(name);
    cut_tokens(session, name);
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

Async<Result<std::int64_t>> UserCatalogue::token_cut(std::string name) {
  const auto read = [name](soci::session& session) {
    long long cut = 0;
    session << "select cut_at from gateway_token_cuts where user_name = :name", soci::use(name), soci::into(cut);
    return session.got_data() ? std::int64_t{cut} : 0;
  };
  auto cut = co_await database_.read(read);
  co_return cut;
}

}  // namespace valion::gateway

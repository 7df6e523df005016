#include "services/api_gateway/user_catalogue.hpp"

#include "base/date.hpp"

namespace valion::gateway {
namespace {

const std::vector<sql::Migration>& migrations() {
  static const std::vector<sql::Migration> steps{{"users", R"(create table gateway_users (
          name text primary key,
          tenant text not null,
          roles text not null,
          password_hash text not null,
          created_at text not null))"}};
  return steps;
}

std::string joined(const std::vector<std::string>& roles) {
  std::string text;
  for (const std::string& role : roles) text += (text.empty() ? "" : ",") + role;
  return text;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> roles;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    roles.push_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  return roles;
}

}  // namespace

UserCatalogue::UserCatalogue(sql::Database& database) : database_(database) {
  database_.migrate("gateway", migrations());
}

Async<Result<std::optional<User>>> UserCatalogue::find(const std::string& name) {
  const auto read = [name](soci::session& session) {
    User user;
    std::string roles;
    session << "select tenant, roles, password_hash from gateway_users where name = :name", soci::use(name),
        soci::into(user.principal.tenant), soci::into(roles), soci::into(user.password_hash);
    if (!session.got_data()) return std::optional<User>();
    user.principal.user = name;
    user.principal.roles = split(roles);
    return std::optional<User>(std::move(user));
  };
  auto found = co_await database_.run(read);
  co_return found;
}

Async<Result<bool>> UserCatalogue::add_first(User user, std::function<Result<void>()> before_commit) {
  const std::string created_at = utc_timestamp(std::chrono::system_clock::now());
  const auto add = [user, before_commit, created_at](soci::session& session) -> Result<bool> {
    int count = 0;
    session << "select count(*) from gateway_users", soci::into(count);
    if (count > 0) return false;
    const std::string roles = joined(user.principal.roles);
    session
        << "insert into gateway_users (name, tenant, roles, password_hash, created_at) values (:name, :tenant, :roles, "
           ":hash, :created_at)",
        soci::use(user.principal.user), soci::use(user.principal.tenant), soci::use(roles),
        soci::use(user.password_hash), soci::use(created_at);
    VALION_TRY(before_commit());
    return true;
  };
  auto added = co_await database_.run(add);
  co_return added;
}

}  // namespace valion::gateway

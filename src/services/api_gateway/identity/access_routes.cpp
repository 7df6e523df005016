#include "services/api_gateway/identity/access_routes.hpp"

#include "base/date.hpp"
#include "platform/auth/password.hpp"
#include "platform/service/read_json.hpp"

namespace valion::gateway {
namespace {

using http::Method;

constexpr std::size_t kBody = 4 << 10;  // bytes
constexpr std::string_view kAllTenants = "default";

constexpr AccessRoute kRoutes[] = {
    {Method::get, "/api/v1/auth/me", &AccessRoutes::show_me},
    {Method::get, "/api/v1/auth/users", &AccessRoutes::list_users},
    {Method::post, "/api/v1/auth/users", &AccessRoutes::add_user},
    {Method::put, "/api/v1/auth/users/{name}/password", &AccessRoutes::set_password},
    {Method::put, "/api/v1/auth/users/{name}/roles", &AccessRoutes::set_roles},
    {Method::post, "/api/v1/auth/users/{name}/disable", &AccessRoutes::disable_user},
    {Method::post, "/api/v1/auth/users/{name}/enable", &AccessRoutes::enable_user},
    {Method::delete_, "/api/v1/auth/users/{name}", &AccessRoutes::remove_user},
    {Method::get, "/api/v1/auth/keys", &AccessRoutes::list_keys},
    {Method::post, "/api/v1/auth/keys", &AccessRoutes::create_key},
    {Method::delete_, "/api/v1/auth/keys/{id}", &AccessRoutes::revoke_key},
};

Result<void> require_admin(const http::Request& request) {
  if (request.principal->has_role("admin")) return {};
  return fail(ErrorKind::forbidden, "this wants the role admin; " + request.principal->user + " has it not");
}

bool manages(const Principal& admin, const std::string& tenant) {
  return admin.tenant == kAllTenants || admin.tenant == tenant;
}

// The tenant that a new user or key gets: the wanted one, else the admin's own.
Result<std::string> tenant_for(const Principal& admin, const std::optional<std::string>& wanted) {
  const std::string tenant = wanted.value_or(admin.tenant);
  if (manages(admin, tenant)) return tenant;
  return fail(ErrorKind::forbidden, "an admin of " + admin.tenant + " cannot act for the tenant " + tenant);
}

contracts::UserView view_of(const User& user) {
  return {user.principal.user, user.principal.tenant, user.principal.roles, user.disabled, user.created_at};
}

std::optional<std::string> unless_empty(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

contracts::KeyView view_of(const ApiKey& key) {
  contracts::KeyView view{key.id, key.name, key.tenant, key.roles, key.created_by, key.created_at, {}, {}};
  view.expires_at = unless_empty(key.expires_at);
  view.revoked_at = unless_empty(key.revoked_at);
  return view;
}

http::Response no_store(http::Response response) {
  response.headers.set("Cache-Control", "no-store");
  return response;
}

}  // namespace

std::span<const AccessRoute> access_routes() noexcept { return kRoutes; }

void AccessRoutes::note(const http::Request& request, std::string_view what, const std::string& whom) {
  log_.info(what, {{"request_id", request.request_id},
                   {"tenant", request.principal->tenant},
                   {"user_id", request.principal->user},
                   {"concerns", whom}});
}

http::Response AccessRoutes::changed(const http::Request& request, std::string_view what, const User& user) {
  callers_.forget();
  note(request, what, user.principal.user);
  return http::json_response(200, json::encode(view_of(user)));
}

// The user whom the path names, when this admin may see him.
Async<Result<User>> AccessRoutes::user_of(const http::Request& request) {
  VALION_CO_TRY(require_admin(request));
  const std::string name = request.parameters.text("name");
  auto found = co_await users_.find(name);
  if (!found) co_return fail(std::move(found).error());
  if (!*found || !manages(*request.principal, (*found)->principal.tenant)) {
    co_return fail(ErrorKind::not_found, "there is no user " + name);
  }
  co_return std::move(**found);
}

Async<Result<std::string>> AccessRoutes::hash_of(std::string password) {
  const auto hash = [&password] { return auth::hash_password(password); };
  auto hashed = co_await cpu_.run(hash);
  co_return hashed;
}

AccessRoutes::Answer AccessRoutes::show_me(http::Request& request) {
  const contracts::Identity me{request.principal->tenant, request.principal->user, request.principal->roles};
  co_return no_store(http::json_response(200, json::encode(me)));
}

AccessRoutes::Answer AccessRoutes::list_users(http::Request& request) {
  VALION_CO_TRY(require_admin(request));
  auto users = co_await users_.all();
  if (!users) co_return fail(std::move(users).error());
  contracts::UserList list;
  for (const User& user : *users) {
    if (manages(*request.principal, user.principal.tenant)) list.users.push_back(view_of(user));
  }
  co_return http::json_response(200, json::encode(list));
}

AccessRoutes::Answer AccessRoutes::add_user(http::Request& request) {
  VALION_CO_TRY(require_admin(request));
  VALION_CO_TRY_ASSIGN(const auto wanted, co_await read_json<contracts::NewUser>(request, kBody));
  User user;
  VALION_CO_TRY_ASSIGN(user.principal.tenant, tenant_for(*request.principal, wanted.tenant));
  user.principal.user = wanted.name;
  user.principal.roles = wanted.roles;
  auto hash = co_await hash_of(wanted.password);
  if (!hash) co_return fail(std::move(hash).error());
  user.password_hash = std::move(*hash);
  auto added = co_await users_.add(std::move(user));
  if (!added) co_return fail(std::move(added).error());
  http::Response response = changed(request, "user added", *added);
  response.status = 201;
  response.headers.set("Location", "/api/v1/auth/users/" + added->principal.user);
  co_return response;
}

AccessRoutes::Answer AccessRoutes::set_password(http::Request& request) {
  VALION_CO_TRY_ASSIGN(const User user, co_await user_of(request));
  VALION_CO_TRY_ASSIGN(const auto wanted, co_await read_json<contracts::PasswordChange>(request, kBody));
  auto hash = co_await hash_of(wanted.password);
  if (!hash) co_return fail(std::move(hash).error());
  auto after = co_await users_.set_password(user.principal.user, std::move(*hash));
  if (!after) co_return fail(std::move(after).error());
  co_return changed(request, "password changed", *after);
}

AccessRoutes::Answer AccessRoutes::set_roles(http::Request& request) {
  VALION_CO_TRY_ASSIGN(const User user, co_await user_of(request));
  VALION_CO_TRY_ASSIGN(const auto wanted, co_await read_json<contracts::RolesChange>(request, kBody));
  auto after = co_await users_.set_roles(user.principal.user, wanted.roles);
  if (!after) co_return fail(std::move(after).error());
  co_return changed(request, "roles changed", *after);
}

AccessRoutes::Answer AccessRoutes::set_disabled(http::Request& request, bool disabled) {
  VALION_CO_TRY_ASSIGN(const User user, co_await user_of(request));
  auto after = co_await users_.set_disabled(user.principal.user, disabled);
  if (!after) co_return fail(std::move(after).error());
  co_return changed(request, disabled ? "user disabled" : "user enabled", *after);
}

AccessRoutes::Answer AccessRoutes::disable_user(http::Request& request) {
  auto answer = co_await set_disabled(request, true);
  co_return answer;
}

AccessRoutes::Answer AccessRoutes::enable_user(http::Request& request) {
  auto answer = co_await set_disabled(request, false);
  co_return answer;
}

AccessRoutes::Answer AccessRoutes::remove_user(http::Request& request) {
  VALION_CO_TRY_ASSIGN(const User user, co_await user_of(request));
  const Result<void> removed = co_await users_.remove(user.principal.user);
  if (!removed) co_return fail(removed.error());
  http::Response response = changed(request, "user removed", user);
  response.status = 204;
  response.headers.erase("Content-Type");
  response.body = std::string();
  co_return response;
}

AccessRoutes::Answer AccessRoutes::list_keys(http::Request& request) {
  VALION_CO_TRY(require_admin(request));
  auto keys = co_await keys_.all();
  if (!keys) co_return fail(std::move(keys).error());
  contracts::KeyList list;
  for (const ApiKey& key : *keys) {
    if (manages(*request.principal, key.tenant)) list.keys.push_back(view_of(key));
  }
  co_return http::json_response(200, json::encode(list));
}

AccessRoutes::Answer AccessRoutes::create_key(http::Request& request) {
  VALION_CO_TRY(require_admin(request));
  VALION_CO_TRY_ASSIGN(const auto wanted, co_await read_json<contracts::NewKey>(request, kBody));
  ApiKey key;
  VALION_CO_TRY_ASSIGN(key.tenant, tenant_for(*request.principal, wanted.tenant));
  key.name = wanted.name;
  key.roles = wanted.roles;
  key.created_by = request.principal->user;
  if (wanted.lifetime_seconds) {
    const std::chrono::seconds lifetime(*wanted.lifetime_seconds);
    key.expires_at = utc_timestamp(std::chrono::system_clock::now() + lifetime);
  }
  auto made = co_await keys_.create(std::move(key));
  if (!made) co_return fail(std::move(made).error());
  callers_.forget();
  note(request, "API key created", made->key.id + " " + made->key.name);
  const contracts::CreatedKey created{view_of(made->key), made->text};
  co_return no_store(http::json_response(201, json::encode(created)));
}

AccessRoutes::Answer AccessRoutes::revoke_key(http::Request& request) {
  VALION_CO_TRY(require_admin(request));
  const std::string id = request.parameters.text("id");
  auto found = co_await keys_.find(id);
  if (!found) co_return fail(std::move(found).error());
  if (!*found || !manages(*request.principal, (*found)->tenant)) {
    co_return fail(ErrorKind::not_found, "there is no API key " + id);
  }
  auto revoked = co_await keys_.revoke(id);
  if (!revoked) co_return fail(std::move(revoked).error());
  callers_.forget();
  const auto asked = request.query.find("forget");
  if (asked != request.query.end() && asked->second == "true") {
    const Result<void> forgotten = co_await keys_.forget(id);
    if (!forgotten) co_return fail(forgotten.error());
  }
  note(request, "API key revoked", revoked->id + " " + revoked->name);
  co_return http::json_response(200, json::encode(view_of(*revoked)));
}

}  // namespace valion::gateway

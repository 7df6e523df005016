#include "services/api_gateway/identity/identity_routes.hpp"

#include "services/api_gateway/identity/answers.hpp"
#include "services/api_gateway/identity/handlers.hpp"
#include "services/api_gateway/identity/permissions.hpp"

namespace valion::gateway {
namespace {

using http::Method;
using namespace handlers;
constexpr bool kAnonymous = true;

constexpr IdentityRoute kRoutes[] = {
    {Method::post, "/api/v1/auth/token", &token, kAnonymous},
    {Method::post, "/api/v1/auth/login", &login, kAnonymous},
    {Method::post, "/api/v1/auth/refresh", &refresh, kAnonymous},
    {Method::post, "/api/v1/auth/logout", &logout},
    {Method::post, "/api/v1/auth/logout/all", &logout_all},
    {Method::get, "/api/v1/auth/sessions", &list_sessions},
    {Method::delete_, "/api/v1/auth/sessions/{id}", &end_session},
    {Method::get, "/api/v1/auth/me", &show_me},
    {Method::put, "/api/v1/auth/me/password", &change_own_password},
    {Method::get, "/api/v1/auth/users", &list_users},
    {Method::post, "/api/v1/auth/users", &add_user},
    {Method::put, "/api/v1/auth/users/{name}/password", &set_password},
    {Method::put, "/api/v1/auth/users/{name}/roles", &set_roles},
    {Method::post, "/api/v1/auth/users/{name}/disable", &disable_user},
    {Method::post, "/api/v1/auth/users/{name}/enable", &enable_user},
    {Method::post, "/api/v1/auth/users/{name}/setup-link", &make_setup_link},
    {Method::delete_, "/api/v1/auth/users/{name}", &handlers::remove_user},
    {Method::get, "/api/v1/auth/users/{name}/export", &export_person},
    {Method::delete_, "/api/v1/auth/users/{name}/personal-data", &erase_person},
    {Method::get, "/api/v1/auth/keys", &list_keys},
    {Method::post, "/api/v1/auth/keys", &create_key},
    {Method::delete_, "/api/v1/auth/keys/{id}", &revoke_key},
    {Method::get, "/.well-known/jwks.json", &show_key_set, kAnonymous},
    {Method::get, "/api/v1/auth/signing-keys", &list_signing_keys},
    {Method::post, "/api/v1/auth/signing-keys/rotate", &rotate_signing_keys},
    {Method::get, "/api/v1/auth/tenants", &list_tenants},
    {Method::post, "/api/v1/auth/tenants", &add_tenant},
    {Method::post, "/api/v1/auth/tenants/{name}/disable", &disable_tenant},
    {Method::post, "/api/v1/auth/tenants/{name}/enable", &enable_tenant},
    {Method::get, "/api/v1/auth/audit", &list_audit},
    {Method::get, "/setup", &show_setup, kAnonymous},
    {Method::post, "/setup", &finish_setup, kAnonymous},
};

}  // namespace

std::span<const IdentityRoute> identity_routes() noexcept { return kRoutes; }

IdentityAnswer answer(const IdentityRoute& route, IdentityMeans& means, http::Request& request) {
  if (!route.anonymous) {
    const Permission wanted = permission_for(name_of(request.method), request.route);
    if (!allowed(request.principal->roles, wanted)) {
      co_return fail(ErrorKind::forbidden, "this wants the permission " + std::string(name_of(wanted)) + "; " +
                                               request.principal->user + " has it not");
    }
  }
  auto response = co_await route.handle(means, request);
  co_return response;
}

Async<void> settle(IdentityMeans& means) {
  means.forget();
  const Result<void> known = co_await means.accounts.withdrawals.refresh();
  if (!known) means.log.warning("a change counts a second late", {{"reason", known.error().message}});
}

Async<Result<User>> user_of(IdentityMeans& means, const http::Request& request) {
  const std::string name = request.parameters.text("name");
  auto found = co_await means.accounts.users.find(name);
  if (!found) co_return fail(std::move(found).error());
  if (!*found || !manages(*request.principal, (*found)->principal.tenant)) {
    co_return fail(ErrorKind::not_found, "there is no user " + name);
  }
  co_return std::move(**found);
}

void note(IdentityMeans& means, const http::Request& request, std::string_view what, const std::string& whom) {
  means.log.info(what, {{"request_id", request.request_id},
                        {"tenant", request.principal->tenant},
                        {"user_id", request.principal->user},
                        {"concerns", whom}});
}

}  // namespace valion::gateway

// Every route by which people come in and are managed: /api/v1/auth/… and /setup. See contracts/{access,accounts}.hpp.
//
//   for (const IdentityRoute& route : identity_routes()) router.add(route.method, route.path, …route.handle(routes, request)…);
//
// All but the anonymous ones require request.principal, and check the permission that permissions.hpp names for them once more by
// its roles (the edge has checked it by roles and scopes). Logout and own sessions need the request's Authorization field.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string_view>

#include "platform/http/message.hpp"
#include "platform/log/logger.hpp"
#include "services/api_gateway/identity/accounts.hpp"
#include "services/api_gateway/identity/key_ring.hpp"
#include "services/api_gateway/identity/sign_in.hpp"

namespace valion::gateway {

// All references must outlive the routes.
struct IdentityMeans {
  Accounts& accounts;
  SignIn& sign_in;
  KeyRing& ring;
  log::Logger& log;
  std::function<void()> forget;      // API keys were changed: nothing known of them is believed unasked
  std::filesystem::path setup_file;  // see first_start.hpp
};

using IdentityAnswer = Async<Result<http::Response>>;

// A change of tokens, users, tenants counts here at once.
Async<void> settle(IdentityMeans& means);
// The user whom the path names, when the caller may see him; not_found.
Async<Result<User>> user_of(IdentityMeans& means, const http::Request& request);
void note(IdentityMeans& means, const http::Request& request, std::string_view what, const std::string& whom);

struct IdentityRoute {
  http::Method method;
  std::string_view path;
  IdentityAnswer (*handle)(IdentityMeans& means, http::Request& request);
  bool anonymous = false;
};
[[nodiscard]] std::span<const IdentityRoute> identity_routes() noexcept;
// What a router is given: checks, then handles.
IdentityAnswer answer(const IdentityRoute& route, IdentityMeans& means, http::Request& request);

}  // namespace valion::gateway

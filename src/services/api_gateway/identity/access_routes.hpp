// /api/v1/auth/{me,users,keys}, see contracts/access.hpp.
#pragma once

#include <span>
#include <string_view>

#include "contracts/access.hpp"
#include "platform/service/base_service.hpp"
#include "services/api_gateway/identity/callers.hpp"

namespace valion::gateway {

// All references must outlive it. Every handler requires request.principal. Every change is logged with who made it.
class AccessRoutes {
 public:
  AccessRoutes(UserCatalogue& users, ApiKeyCatalogue& keys, Callers& callers, CpuPool& cpu, log::Logger& log)
      : users_(users), keys_(keys), callers_(callers), cpu_(cpu), log_(log) {}

  using Answer = Async<Result<http::Response>>;
  Answer show_me(http::Request& request);
  Answer list_users(http::Request& request);
  Answer add_user(http::Request& request);
  Answer set_password(http::Request& request);
  Answer set_roles(http::Request& request);
  Answer disable_user(http::Request& request);
  Answer enable_user(http::Request& request);
  Answer remove_user(http::Request& request);
  Answer list_keys(http::Request& request);
  Answer create_key(http::Request& request);
  Answer revoke_key(http::Request& request);

 private:
  Async<Result<User>> user_of(const http::Request& request);
  Async<Result<std::string>> hash_of(std::string password);
  Answer set_disabled(http::Request& request, bool disabled);
  void note(const http::Request& request, std::string_view what, const std::string& whom);
  http::Response changed(const http::Request& request, std::string_view what, const User& user);

  UserCatalogue& users_;
  ApiKeyCatalogue& keys_;
  Callers& callers_;
  CpuPool& cpu_;
  log::Logger& log_;
};

struct AccessRoute {
  http::Method method;
  std::string_view path;
  AccessRoutes::Answer (AccessRoutes::*handle)(http::Request&);
};
[[nodiscard]] std::span<const AccessRoute> access_routes() noexcept;

}  // namespace valion::gateway

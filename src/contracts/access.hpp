// Who may use the system: users and API keys, kept by the gateway. Which permission each route wants, and which role has it:
// services/api_gateway/identity/permissions.hpp. Sessions, tenants and the audit log: contracts/accounts.hpp.
//
//   GET    /api/v1/auth/me                        > Identity
//   GET    /api/v1/auth/users                     > UserList       POST /api/v1/auth/users  NewUser > 201 UserView
//   PUT    /api/v1/auth/users/{name}/password     PasswordChange > UserView
//   PUT    /api/v1/auth/users/{name}/roles        RolesChange    > UserView
//   POST   /api/v1/auth/users/{name}/disable, …/enable           > UserView
//   DELETE /api/v1/auth/users/{name}              > 204
//   GET    /api/v1/auth/keys                      > KeyList        POST /api/v1/auth/keys   NewKey > 201 CreatedKey
//   DELETE /api/v1/auth/keys/{id}                 > KeyView, revoked; with ?forget=true it is no longer listed either
//
// Whoever belongs to the tenant `default` sees and names every tenant; anybody else only his own.
#pragma once

#include <boost/describe.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/json/described.hpp"

namespace valion::contracts {

inline constexpr std::string_view kRoles = "admin appraiser auditor viewer service";

struct Identity {
  std::string tenant;
  std::string user;
  std::vector<std::string> roles;
};
BOOST_DESCRIBE_STRUCT(Identity, (), (tenant, user, roles))

struct UserView {
  std::string name;
  std::string tenant;
  std::vector<std::string> roles;
  bool disabled = false;
  std::string created_at;
  bool pending = false;  // has not chosen a password yet
  std::optional<std::string> full_name, email, last_seen_at;
  static constexpr std::array kDefaulted{"pending"};
  static constexpr std::array kMembers{
      json::member("created_at").form("date-time"), json::member("last_seen_at").form("date-time"),
      json::member("pending").says("has not chosen a password yet", "ainda não escolheu uma senha")};
};
BOOST_DESCRIBE_STRUCT(UserView, (),
                      (name, tenant, roles, disabled, created_at, pending, full_name, email, last_seen_at))

struct UserList {
  std::vector<UserView> users;  // by name
};
BOOST_DESCRIBE_STRUCT(UserList, (), (users))

struct NewUser {
  std::string name;                     // 1 to 64 of a-z A-Z 0-9 . _ @ + -; `system` is none
  std::optional<std::string> password;  // 12 to 1024 characters; absent: he chooses it himself, by a setup link
  std::vector<std::string> roles{"appraiser"};
  std::optional<std::string> tenant;            // the admin's own
  std::optional<std::string> full_name, email;  // for people
  static constexpr std::array kDefaulted{"roles"};
  static constexpr std::array kMembers{
      json::member("name").characters(1, 64).alphabet("a-zA-Z0-9._@+-").but_not("system"),
      json::member("password")
          .characters(12, 1024)
          .says("absent: the user chooses it by a setup link", "ausente: o usuário a escolhe por um link"),
      json::member("full_name").characters(1, 200),
      json::member("email").characters(3, 200),
      json::member("roles").elements(1, 5).one_of(kRoles).distinct(),
      json::member("tenant")
          .characters(1, 64)
          .alphabet("a-zA-Z0-9._@+-")
          .says("the admin's own when absent", "o do próprio administrador quando ausente")};
};
BOOST_DESCRIBE_STRUCT(NewUser, (), (name, password, roles, tenant, full_name, email))

struct PasswordChange {
  std::string password;
  static constexpr std::array kMembers{json::member("password").characters(12, 1024)};
};
BOOST_DESCRIBE_STRUCT(PasswordChange, (), (password))

struct RolesChange {
  std::vector<std::string> roles;
  static constexpr std::array kMembers{json::member("roles").elements(1, 5).one_of(kRoles).distinct()};
};
BOOST_DESCRIBE_STRUCT(RolesChange, (), (roles))

// What a key may do beyond its roles' bounds: names of permissions, each once.
inline constexpr std::string_view kScopes =
    "account:read account:write data:read data:write ml:read ml:train ml:predict geospatial:read geospatial:write "
    "reports:read reports:write appraisal:read appraisal:write jobs:read jobs:write registry:read users:read "
    "users:manage "
    "keys:manage tenants:read tenants:manage audit:read administer";

// At most so many requests within the time, instead of the routes' own limits.
struct KeyLimit {
  std::int64_t requests = 0;
  std::int64_t window_seconds = 60;
  static constexpr std::array kDefaulted{"window_seconds"};
  static constexpr std::array kMembers{json::member("requests").range(1, 10'000'000),
                                       json::member("window_seconds").range(1, 86'400)};
};
BOOST_DESCRIBE_STRUCT(KeyLimit, (), (requests, window_seconds))

struct KeyView {
  std::string id;
  std::string name;
  std::string tenant;
  std::vector<std::string> roles;
  std::string created_by;
  std::string created_at;
  std::optional<std::string> expires_at, revoked_at;
  std::optional<std::vector<std::string>> scopes;  // absent: whatever the roles allow
  std::optional<KeyLimit> limit;                   // absent: the routes' own
  std::optional<std::string> last_used_at;         // to the minute
  static constexpr std::array kMembers{
      json::member("created_at").form("date-time"), json::member("expires_at").form("date-time"),
      json::member("revoked_at").form("date-time"), json::member("scopes").one_of(kScopes),
      json::member("last_used_at").form("date-time").says("to the minute", "com precisão de minuto")};
};
BOOST_DESCRIBE_STRUCT(KeyView, (),
                      (id, name, tenant, roles, created_by, created_at, expires_at, revoked_at, scopes, limit,
                       last_used_at))

struct KeyList {
  std::vector<KeyView> keys;  // newest first
};
BOOST_DESCRIBE_STRUCT(KeyList, (), (keys))

struct NewKey {
  std::string name;  // what it is for, 1 to 64 characters like a user's
  std::vector<std::string> roles{"appraiser"};
  std::optional<std::string> tenant;
  std::optional<std::int64_t> lifetime_seconds;    // at least 60; absent: until revoked
  std::optional<std::vector<std::string>> scopes;  // narrows what the roles allow; absent: all of it
  std::optional<KeyLimit> limit;                   // absent: the routes' own
  static constexpr std::array kDefaulted{"roles"};
  static constexpr std::array kMembers{
      json::member("name").characters(1, 64).alphabet("a-zA-Z0-9._@+-").says("what it is for", "para que serve"),
      json::member("roles").elements(1, 5).one_of(kRoles).distinct(),
      json::member("tenant").characters(1, 64).alphabet("a-zA-Z0-9._@+-"),
      json::member("scopes").elements(1, 32).one_of(kScopes).distinct().says(
          "narrows what the roles allow; absent: all of it", "restringe o que os papéis permitem; ausente: tudo"),
      json::member("limit").says("instead of the routes' own", "em vez dos limites das rotas"),
      json::member("lifetime_seconds")
          .range(60, 316224000)
          .says("absent: until it is revoked", "ausente: até ser revogada")};
};
BOOST_DESCRIBE_STRUCT(NewKey, (), (name, roles, tenant, lifetime_seconds, scopes, limit))

struct CreatedKey {
  KeyView key;
  std::string secret;  // `vk_…`: shown this once, kept only as a hash
  static constexpr std::array kMembers{json::member("secret").says("shown this once, kept only as a hash",
                                                                   "mostrado só esta vez, guardado apenas como hash")};
};
BOOST_DESCRIBE_STRUCT(CreatedKey, (), (key, secret))

}  // namespace valion::contracts

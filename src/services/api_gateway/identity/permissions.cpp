#include "services/api_gateway/identity/permissions.hpp"

#include <algorithm>
#include <array>

namespace valion::gateway {
namespace {

using P = Permission;

constexpr std::array<std::string_view, kPermissionCount + 1> kNames{
    "account:read",    "account:write",   "data:read",        "data:write",    "ml:read",       "ml:train",
    "ml:predict",      "geospatial:read", "geospatial:write", "reports:read",  "reports:write", "appraisal:read",
    "appraisal:write", "jobs:read",       "jobs:write",       "registry:read", "users:read",    "users:manage",
    "keys:manage",     "tenants:read",    "tenants:manage",   "audit:read",    "administer",    "anonymous"};

constexpr Permissions of(std::initializer_list<P> list) {
  Permissions made;
  for (const P permission : list) made.add(permission);
  return made;
}

constexpr Permissions kReading = of({P::account_read, P::data_read, P::ml_read, P::geospatial_read, P::reports_read,
                                     P::appraisal_read, P::jobs_read, P::registry_read});
constexpr Permissions kWorking = kReading | of({P::data_write, P::ml_train, P::ml_predict, P::geospatial_write,
                                                P::reports_write, P::appraisal_write, P::jobs_write});
constexpr Permissions kOwnAccount = of({P::account_write});
constexpr Permissions kAuditing = of({P::users_read, P::tenants_read, P::audit_read});

struct Role {
  std::string_view name;
  Permissions permissions;
};
constexpr Role kGiven[] = {{"admin", Permissions::all()},
                           {"appraiser", kWorking | kOwnAccount},
                           {"auditor", kReading | kOwnAccount | kAuditing},
                           {"viewer", kReading | kOwnAccount},
                           {"service", kWorking}};

// `*` is one segment, `**` at the end whatever follows (also nothing). The first row that matches decides. Without `/api/v1`.
struct Row {
  std::string_view method;
  std::string_view path;
  Permission wanted;
};
constexpr Row kRows[] = {
    {"GET", "/data/**", P::data_read},
    {"POST", "/data/datasets", P::data_write},
    {"POST", "/data/versions", P::data_write},
    {"POST", "/data/versions/*/clean", P::data_write},
    {"GET", "/ml/**", P::ml_read},
    {"POST", "/ml/models", P::ml_train},
    {"POST", "/ml/models/*/valuations", P::ml_predict},
    {"GET", "/geospatial/**", P::geospatial_read},
    {"POST", "/geospatial/locate", P::geospatial_read},
    {"POST", "/geospatial/neighbour-levels", P::geospatial_read},
    {"POST", "/geospatial/enrichments", P::geospatial_write},
    {"GET", "/reports/**", P::reports_read},
    {"POST", "/reports", P::reports_write},
    {"GET", "/appraisal/**", P::appraisal_read},
    {"POST", "/appraisal/**", P::appraisal_write},
    {"GET", "/jobs/dead", P::administer},
    {"GET", "/jobs/**", P::jobs_read},
    {"POST", "/jobs/*/cancel", P::jobs_write},
    {"GET", "/registry/**", P::registry_read},
    {"GET", "/v1/**", P::registry_read},
    // The gateway's own.
    {"GET", "/", P::anonymous},
    {"GET", "/health/**", P::anonymous},
    {"GET", "/openapi.json", P::anonymous},
    {"GET", "/docs/**", P::anonymous},
    {"GET", "/.well-known/jwks.json", P::anonymous},
    {"GET", "/setup", P::anonymous},
    {"POST", "/setup", P::anonymous},
    {"POST", "/auth/token", P::anonymous},
    {"POST", "/auth/login", P::anonymous},
    {"POST", "/auth/refresh", P::anonymous},
    {"GET", "/auth/me", P::account_read},
    {"GET", "/auth/sessions", P::account_read},
    {"DELETE", "/auth/sessions/*", P::account_write},
    {"POST", "/auth/logout", P::account_write},
    {"POST", "/auth/logout/all", P::account_write},
    {"PUT", "/auth/me/password", P::account_write},
    {"GET", "/auth/users", P::users_read},
    {"GET", "/auth/users/*/export", P::users_manage},
    {"GET", "/auth/users/**", P::users_read},
    {"POST", "/auth/users/**", P::users_manage},
    {"PUT", "/auth/users/**", P::users_manage},
    {"DELETE", "/auth/users/**", P::users_manage},
    {"GET", "/auth/keys/**", P::users_read},
    {"POST", "/auth/keys", P::keys_manage},
    {"DELETE", "/auth/keys/*", P::keys_manage},
    {"GET", "/auth/tenants/**", P::tenants_read},
    {"POST", "/auth/tenants/**", P::tenants_manage},
    {"GET", "/auth/audit/**", P::audit_read},
};

constexpr std::string_view kVersion = "/api/v1";

// Whether a reader that decodes later could see another path than we do.
bool hides_something(std::string_view path) noexcept {
  for (std::size_t at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 1)) {
    const std::string_view code = path.substr(at + 1, 2);
    if (code == "2F" || code == "2f" || code == "2E" || code == "2e" || code == "5C" || code == "5c" || code == "00") {
      return true;
    }
  }
  return path.find("//") != std::string_view::npos || path.find("/./") != std::string_view::npos ||
         path.find("/../") != std::string_view::npos || path.ends_with("/.") || path.ends_with("/..");
}

std::string_view take_segment(std::string_view& rest) noexcept {  // `/a/b` > `a`, leaving `/b`
  rest.remove_prefix(1);
  const std::size_t end = std::min(rest.find('/'), rest.size());
  const std::string_view segment = rest.substr(0, end);
  rest.remove_prefix(end);
  return segment;
}

bool matches(std::string_view pattern, std::string_view path) noexcept {
  while (!pattern.empty()) {
    if (pattern == "/**") return true;
    if (path.empty()) return false;
    const std::string_view wanted = take_segment(pattern);
    const std::string_view found = take_segment(path);
    if (wanted == "*" ? found.empty() : wanted != found) return false;
  }
  return path.empty();
}

}  // namespace

bool has_one_of(std::span<const std::string> roles, std::span<const std::string> wanted) noexcept {
  return std::any_of(roles.begin(), roles.end(), [&](const std::string& one) {
    return std::find(wanted.begin(), wanted.end(), one) != wanted.end();
  });
}

std::string_view name_of(Permission permission) noexcept { return kNames[static_cast<std::size_t>(permission)]; }

std::optional<Permission> parse_permission(std::string_view name) noexcept {
  const auto found = std::find(kNames.begin(), kNames.end() - 1, name);
  if (found == kNames.end() - 1) return std::nullopt;
  return static_cast<Permission>(found - kNames.begin());
}

Permissions permissions_of_role(std::string_view role) noexcept {
  for (const Role& one : kGiven) {
    if (one.name == role) return one.permissions;
  }
  return {};
}

Permissions permissions_of(std::span<const std::string> roles) noexcept {
  Permissions held;
  for (const std::string& role : roles) held = held | permissions_of_role(role);
  return held;
}

Permissions permissions_of_scopes(std::span<const std::string> scopes) noexcept {
  Permissions named;
  for (const std::string& scope : scopes) {
    if (const auto permission = parse_permission(scope)) named.add(*permission);
  }
  return named;
}

Permissions permissions_of(const Caller& caller) noexcept {
  const Permissions held = permissions_of(caller.principal.roles);
  return caller.scopes.empty() ? held : held & permissions_of_scopes(caller.scopes);
}

bool allowed(std::span<const std::string> roles, Permission permission) noexcept {
  return permissions_of(roles).has(permission);
}

Permission permission_for(std::string_view method, std::string_view path) noexcept {
  if (!path.starts_with('/') || hides_something(path)) return P::administer;
  if (path.starts_with(kVersion) && path.substr(kVersion.size()).starts_with('/')) path.remove_prefix(kVersion.size());
  if (method == "HEAD") method = "GET";
  for (const Row& row : kRows) {
    if (row.method == method && matches(row.path, path)) return row.wanted;
  }
  return P::administer;
}

bool may_pass(Permissions held, std::span<const std::string> roles, std::span<const std::string> route_roles,
              std::string_view method, std::string_view path) noexcept {
  if (!route_roles.empty() && !has_one_of(roles, route_roles)) return false;
  const Permission wanted = permission_for(method, path);
  return held.has(wanted) || (wanted == P::administer && !route_roles.empty());
}

}  // namespace valion::gateway

// What a caller may do: roles give permissions, routes want one each. Plain functions over constants: no lock, no allocation.
//
// | permission          | admin | appraiser | auditor | viewer | service | what it lets do                                      |
// |---------------------|-------|-----------|---------|--------|---------|------------------------------------------------------|
// | account:read        |   x   |     x     |    x    |   x    |    x    | see oneself: GET me, own sessions                    |
// | account:write       |   x   |     x     |    x    |   x    |         | own password, end own sessions                       |
// | data:read           |   x   |     x     |    x    |   x    |    x    | dataset versions, profiles, Arrow files              |
// | data:write          |   x   |     x     |         |        |    x    | import, clean, add versions                          |
// | ml:read             |   x   |     x     |    x    |   x    |    x    | models, evaluations, valuations                      |
// | ml:train            |   x   |     x     |         |        |    x    | train models                                         |
// | ml:predict          |   x   |     x     |         |        |    x    | value properties (a valuation is kept)               |
// | geospatial:read     |   x   |     x     |    x    |   x    |    x    | locate, preview neighbours: nothing is kept          |
// | geospatial:write    |   x   |     x     |         |        |    x    | enrich: makes a dataset version                      |
// | reports:read        |   x   |     x     |    x    |   x    |    x    | reports and their files                              |
// | reports:write       |   x   |     x     |         |        |    x    | make reports                                         |
// | appraisal:read      |   x   |     x     |    x    |   x    |    x    | studies, ratio studies, portfolios                   |
// | appraisal:write     |   x   |     x     |         |        |    x    | make and change them                                 |
// | jobs:read           |   x   |     x     |    x    |   x    |    x    | jobs of one's tenant and their progress              |
// | jobs:write          |   x   |     x     |         |        |    x    | cancel jobs                                          |
// | registry:read       |   x   |     x     |    x    |   x    |    x    | which instances run                                  |
// | users:read          |   x   |           |    x    |        |         | users, keys and sessions of one's tenant             |
// | users:manage        |   x   |           |         |        |         | add, change, disable, remove users; export and erase |
// | keys:manage         |   x   |           |         |        |         | make and revoke API keys                             |
// | tenants:read        |   x   |           |    x    |        |         | one's tenant; from `default`: all                    |
// | tenants:manage      |   x   |           |         |        |         | make, disable tenants; only from `default`           |
// | audit:read          |   x   |           |    x    |        |         | the audit log of one's tenant; from `default`: all   |
// | administer          |   x   |           |         |        |         | everything that no row of the route table names      |
//
// A caller with several roles has what any of them gives; an unknown role gives nothing. A key with scopes (the names above) has
// what its roles give and its scopes name. Beyond permissions, an object of another tenant does not exist for a caller (404): each
// service looks it up by tenant. Whoever belongs to the tenant `default` and holds users:*, keys:*, tenants:* or audit:read has
// it for every tenant.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "services/api_gateway/identity/caller.hpp"

namespace valion::gateway {

// The values are bit positions. `anonymous`: no caller is wanted at all.
enum class Permission : std::uint8_t {
  account_read,
  account_write,
  data_read,
  data_write,
  ml_read,
  ml_train,
  ml_predict,
  geospatial_read,
  geospatial_write,
  reports_read,
  reports_write,
  appraisal_read,
  appraisal_write,
  jobs_read,
  jobs_write,
  registry_read,
  users_read,
  users_manage,
  keys_manage,
  tenants_read,
  tenants_manage,
  audit_read,
  administer,
  anonymous
};
inline constexpr std::size_t kPermissionCount = static_cast<std::size_t>(Permission::anonymous);

// `data:read`, `administer`, `anonymous`.
[[nodiscard]] std::string_view name_of(Permission permission) noexcept;
[[nodiscard]] std::optional<Permission> parse_permission(std::string_view name) noexcept;  // never `anonymous`

// A set of them: 32 bits, to be kept beside a verified token.
class Permissions {
 public:
  constexpr Permissions() = default;
  [[nodiscard]] static constexpr Permissions all() noexcept { return Permissions((1u << kPermissionCount) - 1); }
  constexpr void add(Permission permission) noexcept { bits_ |= 1u << static_cast<unsigned>(permission); }
  [[nodiscard]] constexpr bool has(Permission permission) const noexcept {
    return permission == Permission::anonymous || (bits_ >> static_cast<unsigned>(permission) & 1u) != 0;
  }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
  [[nodiscard]] friend constexpr Permissions operator|(Permissions a, Permissions b) noexcept {
    return Permissions(a.bits_ | b.bits_);
  }
  [[nodiscard]] friend constexpr Permissions operator&(Permissions a, Permissions b) noexcept {
    return Permissions(a.bits_ & b.bits_);
  }
  friend constexpr bool operator==(Permissions, Permissions) = default;

 private:
  explicit constexpr Permissions(std::uint32_t bits) : bits_(bits) {}
  std::uint32_t bits_ = 0;
};

inline constexpr std::string_view kRoles[] = {"admin", "appraiser", "auditor", "viewer", "service"};

[[nodiscard]] Permissions permissions_of_role(std::string_view role) noexcept;  // empty for unknown ones
[[nodiscard]] Permissions permissions_of(std::span<const std::string> roles) noexcept;
// Of the scopes of a key; unknown names give nothing.
[[nodiscard]] Permissions permissions_of_scopes(std::span<const std::string> scopes) noexcept;
[[nodiscard]] bool has_one_of(std::span<const std::string> roles, std::span<const std::string> wanted) noexcept;
// What this caller may do: his roles, and the scopes of his key when it has some.
[[nodiscard]] Permissions permissions_of(const Caller& caller) noexcept;
[[nodiscard]] bool allowed(std::span<const std::string> roles, Permission permission) noexcept;

// What a request wants. `path`: without the query, as clients write it (`/api/v1/ml/models`, or its alias `/ml/models`) or as the
// service does (`/ml/models`, the registry's `/v1/…`). Still percent-encoded; an encoded slash, dot, backslash or NUL makes it
// unlisted. HEAD is GET. Unlisted: administer.
[[nodiscard]] Permission permission_for(std::string_view method, std::string_view path) noexcept;

// The whole decision for a route of the table that wants a caller. `route_roles` are those of its line: when there are some, one of
// them is wanted too, and they alone decide about paths that are not ours (unlisted here).
[[nodiscard]] bool may_pass(Permissions held, std::span<const std::string> roles,
                            std::span<const std::string> route_roles, std::string_view method,
                            std::string_view path) noexcept;

}  // namespace valion::gateway

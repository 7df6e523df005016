// Who may do what: the whole table of permissions.hpp, and what each route wants.
#include "services/api_gateway/identity/permissions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace valion::gateway {
namespace {

using Roles = std::vector<std::string>;

// One letter a role, in the order admin appraiser auditor viewer service; `.`: not allowed.
struct Line {
  std::string_view permission;
  std::string_view who;
};
constexpr Line kTable[] = {
    {"account:read", "aprvs"},     {"account:write", "aprv."}, {"data:read", "aprvs"},     {"data:write", "ap..s"},
    {"ml:read", "aprvs"},          {"ml:train", "ap..s"},      {"ml:predict", "ap..s"},    {"geospatial:read", "aprvs"},
    {"geospatial:write", "ap..s"}, {"reports:read", "aprvs"},  {"reports:write", "ap..s"}, {"appraisal:read", "aprvs"},
    {"appraisal:write", "ap..s"},  {"jobs:read", "aprvs"},     {"jobs:write", "ap..s"},    {"registry:read", "aprvs"},
    {"users:read", "a.r.."},       {"users:manage", "a...."},  {"keys:manage", "a...."},   {"tenants:read", "a.r.."},
    {"tenants:manage", "a...."},   {"audit:read", "a.r.."},    {"administer", "a...."}};

TEST(Permissions, EachRoleHasWhatTheTableSays) {
  ASSERT_EQ(std::size(kTable), kPermissionCount);
  for (const auto& [name, who] : kTable) {
    const auto permission = parse_permission(name);
    ASSERT_TRUE(permission) << name;
    EXPECT_EQ(name_of(*permission), name);
    for (std::size_t role = 0; role < std::size(kRoles); ++role) {
      EXPECT_EQ(allowed(Roles{std::string(kRoles[role])}, *permission), who[role] != '.')
          << kRoles[role] << " " << name;
    }
  }
}

TEST(Permissions, AnUnknownRoleGivesNothingAndSeveralAddUp) {
  EXPECT_TRUE(permissions_of(Roles{"reviewer", "Admin", ""}).empty());
  EXPECT_TRUE(allowed(Roles{"viewer", "auditor"}, Permission::audit_read));
  EXPECT_FALSE(allowed(Roles{"viewer", "auditor"}, Permission::data_write));
  EXPECT_TRUE(allowed(Roles{}, Permission::anonymous));
}

TEST(Permissions, ScopesNarrowWhatRolesGive) {
  const Permissions held =
      permissions_of(Roles{"appraiser"}) & permissions_of_scopes(Roles{"ml:read", "audit:read", "?"});
  EXPECT_TRUE(held.has(Permission::ml_read));
  EXPECT_FALSE(held.has(Permission::ml_train));
  EXPECT_FALSE(held.has(Permission::audit_read)) << "a scope never gives what the role does not";
}

TEST(Permissions, EachRouteWantsItsOwn) {
  struct Case {
    std::string_view method, path;
    Permission wanted;
  };
  using P = Permission;
  for (const Case& one : {Case{"GET", "/api/v1/data/versions/abc/arrow", P::data_read},
                          Case{"HEAD", "/data/versions/abc", P::data_read},
                          Case{"POST", "/api/v1/data/datasets", P::data_write},
                          Case{"POST", "/ml/models", P::ml_train},
                          Case{"POST", "/api/v1/ml/models/abc/valuations", P::ml_predict},
                          Case{"GET", "/api/v1/ml/models", P::ml_read},
                          Case{"POST", "/api/v1/geospatial/locate", P::geospatial_read},
                          Case{"POST", "/api/v1/geospatial/enrichments", P::geospatial_write},
                          Case{"POST", "/api/v1/reports", P::reports_write},
                          Case{"GET", "/api/v1/jobs", P::jobs_read},
                          Case{"GET", "/api/v1/jobs/j1/events", P::jobs_read},
                          Case{"GET", "/api/v1/jobs/dead", P::administer},
                          Case{"POST", "/api/v1/jobs/j1/replay", P::administer},
                          Case{"GET", "/v1/catalog/services", P::registry_read},
                          Case{"PUT", "/v1/agent/service/register", P::administer},
                          Case{"POST", "/api/v1/auth/token", P::anonymous},
                          Case{"PUT", "/api/v1/auth/me/password", P::account_write},
                          Case{"GET", "/api/v1/auth/users", P::users_read},
                          Case{"GET", "/api/v1/auth/users/ana/export", P::users_manage},
                          Case{"DELETE", "/api/v1/auth/users/ana/personal-data", P::users_manage},
                          Case{"POST", "/api/v1/auth/tenants", P::tenants_manage},
                          Case{"GET", "/api/v1/auth/audit", P::audit_read}}) {
    EXPECT_EQ(name_of(permission_for(one.method, one.path)), name_of(one.wanted)) << one.method << " " << one.path;
  }
}

TEST(Permissions, WhatNoRowNamesIsForTheAdmin) {
  for (const auto& [method, path] : {std::pair{"DELETE", "/api/v1/data/versions/abc"},
                                     {"PATCH", "/ml/models"},
                                     {"GET", "/anything"},
                                     {"GET", "/api/v1"},
                                     {"GET", "*"},
                                     {"GET", ""},
                                     {"get", "/data/versions"},
                                     {"POST", "/ml/models/"},
                                     {"POST", "/ml/models/a/b/valuations"},
                                     {"GET", "/datasets"},
                                     {"GET", "/api/v1/data/../auth/users"},
                                     {"GET", "/data/%2e%2E/x"},
                                     {"POST", "/ml/models/a%2Fvaluations"},
                                     {"GET", "//data"},
                                     {"GET", "/data/x%5c"}}) {
    EXPECT_EQ(name_of(permission_for(method, path)), "administer") << method << " " << path;
  }
}

TEST(Permissions, RolesOfARouteNarrowOursAndDecideAboutForeignPaths) {
  const Roles viewer{"viewer"}, nobody{}, viewers{"viewer"}, admins{"admin"};
  const Permissions held = permissions_of(viewer);
  EXPECT_TRUE(may_pass(held, viewer, nobody, "GET", "/data/versions"));
  EXPECT_FALSE(may_pass(held, viewer, admins, "GET", "/data/versions"));
  EXPECT_FALSE(may_pass(held, viewer, viewers, "POST", "/data/versions"));
  EXPECT_FALSE(may_pass(held, viewer, nobody, "GET", "/foreign"));
  EXPECT_TRUE(may_pass(held, viewer, viewers, "POST", "/foreign"));
}

}  // namespace
}  // namespace valion::gateway

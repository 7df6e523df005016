// The tenants of a system: whose data are whose. `default` is there from the start; its admins make the others.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/sql/database.hpp"
#include "services/api_gateway/identity/actor.hpp"

namespace valion::gateway {

inline constexpr std::string_view kDefaultTenant = "default";

struct Tenant {
  std::string name;
  std::string title;  // for people
  bool disabled = false;
  std::string created_at;  // filled by the catalogue
};

// Every change is in the audit log, in the same transaction.
class TenantCatalogue {
 public:
  // Migrates; throws when the database cannot be used. Tenants that users or keys had before there were rows become rows.
  explicit TenantCatalogue(sql::Database& database);

  Async<Result<std::optional<Tenant>>> find(std::string name);
  Async<Result<std::vector<Tenant>>> all();               // by name
  Async<Result<Tenant>> add(Tenant tenant, Actor actor);  // conflict when there is one
  // Nobody of a disabled tenant gets in, with whatever credential. not_found; conflict for `default`.
  Async<Result<Tenant>> set_disabled(std::string name, bool disabled, Actor actor);
  // Makes rows of the tenants that this statement selects.
  void adopt(const std::string& select_names);

 private:
  sql::Database& database_;
};

// invalid at the pointer `/tenant` when there is no such tenant or it is disabled. Inside a transaction.
[[nodiscard]] Result<void> check_tenant(soci::session& session, const std::string& name);

}  // namespace valion::gateway

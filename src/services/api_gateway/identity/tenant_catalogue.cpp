#include "services/api_gateway/identity/tenant_catalogue.hpp"

#include <stdexcept>

#include "base/date.hpp"
#include "services/api_gateway/identity/withdrawal_log.hpp"

namespace valion::gateway {
namespace {

const std::vector<sql::Migration>& migrations() {
  static const std::vector<sql::Migration> steps{{"tenants", R"(create table gateway_tenants (
          name text primary key,
          title text not null,
          disabled integer not null default 0,
          created_at text not null);
        insert into gateway_tenants (name, title, created_at) values ('default', '', ''))"}};
  return steps;
}

std::optional<Tenant> read_tenant(soci::session& session, const std::string& name) {
  Tenant tenant;
  int disabled = 0;
  session << "select title, disabled, created_at from gateway_tenants where name = :name", soci::use(name),
      soci::into(tenant.title), soci::into(disabled), soci::into(tenant.created_at);
  if (!session.got_data()) return std::nullopt;
  tenant.name = name;
  tenant.disabled = disabled != 0;
  return tenant;
}

std::vector<Tenant> read_tenants(soci::session& session) {
  const soci::rowset<soci::row> rows =
      (session.prepare << "select name, title, disabled, created_at from gateway_tenants order by name");
  std::vector<Tenant> tenants;
  for (const soci::row& row : rows) {
    tenants.push_back(
        {row.get<std::string>(0), row.get<std::string>(1), row.get<int>(2) != 0, row.get<std::string>(3)});
  }
  return tenants;
}

}  // namespace

TenantCatalogue::TenantCatalogue(sql::Database& database) : database_(database) {
  audit::migrate(database);
  migrate_changes(database);
  database.migrate("gateway_tenants", migrations());
}

void TenantCatalogue::adopt(const std::string& select_names) {
  const std::string now = utc_timestamp(std::chrono::system_clock::now());
  const auto copy = [&](soci::session& session) {
    session << "insert into gateway_tenants (name, title, created_at) select distinct t.name, '', :now from (" +
                   select_names +
                   ") t where t.name not in (select name from gateway_tenants) on conflict (name) do nothing",
        soci::use(now);
    return true;
  };
  const Result<void> copied = database_.transact(copy);
  if (!copied) throw std::runtime_error("cannot read the tenants: " + copied.error().message);
}

Async<Result<std::optional<Tenant>>> TenantCatalogue::find(std::string name) {
  const auto read = [name](soci::session& session) { return read_tenant(session, name); };
  auto found = co_await database_.read(read);
  co_return found;
}

Async<Result<std::vector<Tenant>>> TenantCatalogue::all() {
  const auto read = [](soci::session& session) { return read_tenants(session); };
  auto tenants = co_await database_.read(read);
  co_return tenants;
}

Async<Result<Tenant>> TenantCatalogue::add(Tenant tenant, Actor actor) {
  tenant.created_at = utc_timestamp(std::chrono::system_clock::now());
  const auto insert = [tenant, actor](soci::session& session) -> Result<Tenant> {
    if (read_tenant(session, tenant.name)) {
      return fail(ErrorKind::conflict, "there is a tenant " + tenant.name + " already");
    }
    session << "insert into gateway_tenants (name, title, created_at) values (:name, :title, :created_at)",
        soci::use(tenant.name), soci::use(tenant.title), soci::use(tenant.created_at);
    audit::append(session, entry_of(actor, tenant.name, "tenant.add", "tenant:" + tenant.name));
    return tenant;
  };
  auto added = co_await database_.run(insert);
  co_return added;
}

Async<Result<Tenant>> TenantCatalogue::set_disabled(std::string name, bool disabled, Actor actor) {
  const auto change = [name, disabled, actor](soci::session& session) -> Result<Tenant> {
    auto tenant = read_tenant(session, name);
    if (!tenant) return fail(ErrorKind::not_found, "there is no tenant " + name);
    if (name == kDefaultTenant) return fail(ErrorKind::conflict, "the tenant default holds the others; it stays");
    tenant->disabled = disabled;
    const int state = disabled ? 1 : 0;
    session << "update gateway_tenants set disabled = :disabled where name = :name", soci::use(state), soci::use(name);
    note_change(session);
    audit::append(session, entry_of(actor, name, disabled ? "tenant.disable" : "tenant.enable", "tenant:" + name));
    return *tenant;
  };
  auto changed = co_await database_.run(change);
  co_return changed;
}

Result<void> check_tenant(soci::session& session, const std::string& name) {
  const auto tenant = read_tenant(session, name);
  if (tenant && !tenant->disabled) return {};
  Error error = make_error(ErrorKind::invalid, "there is no such tenant in force");
  error.add({"/tenant", tenant ? "is disabled" : "is none; make it first: POST /api/v1/auth/tenants", -1, {}, name});
  return fail(std::move(error));
}

}  // namespace valion::gateway

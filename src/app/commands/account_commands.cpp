// `valion tenant …`, and a person's data: `valion user setup-link|export|erase`, through the gateway.
#include <fmt/format.h>

#include "app/commands/commands.hpp"
#include "app/commands/signed_in.hpp"
#include "app/terminal/table.hpp"
#include "contracts/accounts.hpp"

namespace valion::app {
namespace {

const std::string kUsers = "/api/v1/auth/users/";
const std::string kTenants = "/api/v1/auth/tenants";

Result<std::string> ask(const Settings& settings, const GatewayOptions& gateway, http::Method method,
                        const std::string& target, std::string body = "") {
  VALION_TRY_ASSIGN(ApiClient api, signed_in(settings, gateway));
  return api.send(method, target, std::move(body));
}

template <class T>
Result<T> ask_as(const Settings& settings, const GatewayOptions& gateway, http::Method method,
                 const std::string& target, std::string body = "") {
  VALION_TRY_ASSIGN(const std::string text, ask(settings, gateway, method, target, std::move(body)));
  return json::decode<T>(text, json::Unknown::ignored);
}

int show_tenant(const GatewayOptions& gateway, const Result<contracts::TenantView>& tenant, const std::string& words) {
  if (!tenant) return complain(tenant.error());
  fmt::print("{}\n", gateway.json ? json::encode(*tenant) : words);
  return 0;
}

}  // namespace

int make_setup_link(const Settings& settings, const GatewayOptions& gateway, const std::string& name) {
  const auto link = ask_as<contracts::SetupLink>(settings, gateway, http::Method::post, kUsers + name + "/setup-link");
  if (!link) return complain(link.error());
  if (gateway.json) {
    fmt::print("{}\n", json::encode(*link));
    return 0;
  }
  fmt::print(stderr, "{} chooses a password here, once, until {}:\n", link->user, link->expires_at);
  fmt::print("{}{}\n", gateway_url(settings, gateway.url), link->path);
  return 0;
}

int export_person(const Settings& settings, const GatewayOptions& gateway, const std::string& name) {
  const auto data = ask(settings, gateway, http::Method::get, kUsers + name + "/export");
  if (!data) return complain(data.error());
  fmt::print("{}\n", *data);
  return 0;
}

int erase_person(const Settings& settings, const GatewayOptions& gateway, const std::string& name) {
  const auto erased =
      ask_as<contracts::ErasedPerson>(settings, gateway, http::Method::delete_, kUsers + name + "/personal-data");
  if (!erased) return complain(erased.error());
  if (gateway.json) {
    fmt::print("{}\n", json::encode(*erased));
  } else {
    fmt::print("erased {}; the audit log goes on calling this person {}\n", name, erased->pseudonym);
  }
  return 0;
}

int add_tenant(const Settings& settings, const GatewayOptions& gateway, const TenantCommand& command) {
  const contracts::NewTenant tenant{command.name, command.title};
  const auto added =
      ask_as<contracts::TenantView>(settings, gateway, http::Method::post, kTenants, json::encode(tenant));
  return show_tenant(gateway, added, "added the tenant " + command.name);
}

int list_tenants(const Settings& settings, const GatewayOptions& gateway) {
  const auto list = ask_as<contracts::TenantList>(settings, gateway, http::Method::get, kTenants);
  if (!list) return complain(list.error());
  if (gateway.json) {
    fmt::print("{}\n", json::encode(*list));
    return 0;
  }
  TextTable table{{"tenant", "title", "state", "since"}, {}};
  for (const contracts::TenantView& tenant : list->tenants) {
    table.rows.push_back(
        {tenant.name, tenant.title, tenant.disabled ? "disabled" : "enabled", tenant.created_at.substr(0, 10)});
  }
  fmt::print("{}", to_text(table));
  return 0;
}

int set_tenant_disabled(const Settings& settings, const GatewayOptions& gateway, const std::string& name,
                        bool disabled) {
  const std::string target = kTenants + "/" + name + (disabled ? "/disable" : "/enable");
  const auto after = ask_as<contracts::TenantView>(settings, gateway, http::Method::post, target);
  return show_tenant(gateway, after, "the tenant " + name + (disabled ? " is disabled" : " is enabled"));
}

int list_audit(const Settings& settings, const GatewayOptions& gateway, const AuditCommand& command) {
  const std::string target = fmt::format("/api/v1/auth/audit?limit={}&after={}", command.limit, command.after);
  const auto page = ask_as<contracts::AuditPage>(settings, gateway, http::Method::get, target);
  if (!page) return complain(page.error());
  if (gateway.json) {
    fmt::print("{}\n", json::encode(*page));
    return 0;
  }
  TextTable table{{"row", "at", "tenant", "who", "did", "to", "outcome", "detail"}, {}};
  for (const contracts::AuditView& one : page->entries) {
    table.rows.push_back({std::to_string(one.sequence), one.at.substr(0, 19), one.tenant, one.actor, one.action,
                          one.object, one.outcome, one.detail});
  }
  fmt::print("{}", to_text(table));
  if (page->next) fmt::print(stderr, "more: valion audit list --after {}\n", *page->next);
  return 0;
}

}  // namespace valion::app

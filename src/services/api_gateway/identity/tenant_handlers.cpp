#include <charconv>

#include "platform/service/read_json.hpp"
#include "services/api_gateway/identity/answers.hpp"
#include "services/api_gateway/identity/handlers.hpp"

namespace valion::gateway::handlers {
namespace {

constexpr std::int64_t kUsualPage = 100;
constexpr std::int64_t kLongestPage = 1'000;

contracts::TenantView view_of(const Tenant& tenant) {
  return {tenant.name, tenant.title, tenant.disabled, tenant.created_at};
}

Result<void> require_default(const http::Request& request) {
  if (request.principal->tenant == kDefaultTenant) return {};
  return fail(ErrorKind::forbidden, "tenants are made and disabled by an admin of the tenant default");
}

IdentityAnswer set_disabled(IdentityMeans& means, http::Request& request, bool disabled) {
  const std::string name = request.parameters.text("name");
  if (!manages(*request.principal, name)) co_return fail(ErrorKind::not_found, "there is no tenant " + name);
  VALION_CO_TRY(require_default(request));
  auto after = co_await means.accounts.tenants.set_disabled(name, disabled, actor_of(request));
  if (!after) co_return fail(std::move(after).error());
  co_await settle(means);
  note(means, request, disabled ? "tenant disabled" : "tenant enabled", name);
  co_return http::json_response(200, json::encode(view_of(*after)));
}

Result<std::int64_t> number_of(const http::Request& request, const std::string& name, std::int64_t least,
                               std::int64_t most, std::int64_t otherwise) {
  const auto given = request.query.find(name);
  if (given == request.query.end()) return otherwise;
  const std::string& text = given->second;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size() && number >= least && number <= most) return number;
  Error wrong = make_error(ErrorKind::invalid, "the query is wrong");
  wrong.add({"/" + name,
             "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most),
             -1,
             {},
             text});
  return fail(std::move(wrong));
}

}  // namespace

IdentityAnswer list_tenants(IdentityMeans& means, http::Request& request) {
  auto tenants = co_await means.accounts.tenants.all();
  if (!tenants) co_return fail(std::move(tenants).error());
  contracts::TenantList list;
  for (const Tenant& tenant : *tenants) {
    if (manages(*request.principal, tenant.name)) list.tenants.push_back(view_of(tenant));
  }
  co_return http::json_response(200, json::encode(list));
}

IdentityAnswer add_tenant(IdentityMeans& means, http::Request& request) {
  VALION_CO_TRY(require_default(request));
  VALION_CO_TRY_ASSIGN(const auto wanted, co_await read_json<contracts::NewTenant>(request, kSmallBody));
  Tenant tenant{wanted.name, wanted.title, false, {}};
  auto added = co_await means.accounts.tenants.add(std::move(tenant), actor_of(request));
  if (!added) co_return fail(std::move(added).error());
  note(means, request, "tenant added", added->name);
  co_return http::json_response(201, json::encode(view_of(*added)));
}

IdentityAnswer disable_tenant(IdentityMeans& means, http::Request& request) {
  auto response = co_await set_disabled(means, request, true);
  co_return response;
}

IdentityAnswer enable_tenant(IdentityMeans& means, http::Request& request) {
  auto response = co_await set_disabled(means, request, false);
  co_return response;
}

IdentityAnswer list_audit(IdentityMeans& means, http::Request& request) {
  audit::Filter filter;
  VALION_CO_TRY_ASSIGN(filter.limit, number_of(request, "limit", 1, kLongestPage, kUsualPage));
  VALION_CO_TRY_ASSIGN(filter.after, number_of(request, "after", 0, std::int64_t{1} << 53, 0));
  if (request.principal->tenant != kDefaultTenant) filter.tenant = request.principal->tenant;
  const std::int64_t wanted = filter.limit++;  // one more tells whether there is a next page
  const auto look = [filter](soci::session& session) { return audit::read(session, filter); };
  auto records = co_await means.accounts.database.read(look);
  if (!records) co_return fail(std::move(records).error());
  contracts::AuditPage page;
  for (const audit::Record& record : *records) {
    if (static_cast<std::int64_t>(page.entries.size()) == wanted) {
      page.next = page.entries.back().sequence;
      break;
    }
    page.entries.push_back(gateway::view_of(record));
  }
  http::Response response = no_store(http::json_response(200, json::encode(page)));
  if (page.next) {
    response.headers.set("Link", "</api/v1/auth/audit?limit=" + std::to_string(wanted) +
                                     "&after=" + std::to_string(*page.next) + ">; rel=\"next\"");
  }
  co_return response;
}

}  // namespace valion::gateway::handlers

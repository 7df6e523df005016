#include "base/date.hpp"
#include "platform/service/read_json.hpp"
#include "services/api_gateway/identity/answers.hpp"
#include "services/api_gateway/identity/handlers.hpp"

namespace valion::gateway::handlers {
namespace {

// Invalid when there is no such tenant in force, forbidden when it is not the admin's to act for.
Async<Result<std::string>> tenant_of_key(IdentityMeans& means, const Principal& admin,
                                         const std::optional<std::string>& wanted) {
  const std::string tenant = wanted.value_or(admin.tenant);
  if (!manages(admin, tenant)) {
    co_return fail(ErrorKind::forbidden, "an admin of " + admin.tenant + " cannot act for the tenant " + tenant);
  }
  const auto check = [tenant](soci::session& session) { return check_tenant(session, tenant); };
  const Result<void> good = co_await means.accounts.database.read(check);
  if (!good) co_return fail(good.error());
  co_return tenant;
}

}  // namespace

IdentityAnswer list_keys(IdentityMeans& means, http::Request& request) {
  auto keys = co_await means.accounts.keys.all();
  if (!keys) co_return fail(std::move(keys).error());
  contracts::KeyList list;
  for (const ApiKey& key : *keys) {
    if (manages(*request.principal, key.tenant)) list.keys.push_back(view_of(key));
  }
  co_return http::json_response(200, json::encode(list));
}

IdentityAnswer create_key(IdentityMeans& means, http::Request& request) {
  VALION_CO_TRY_ASSIGN(const auto wanted, co_await read_json<contracts::NewKey>(request, kSmallBody));
  auto tenant = co_await tenant_of_key(means, *request.principal, wanted.tenant);
  if (!tenant) co_return fail(std::move(tenant).error());
  ApiKey key;
  key.tenant = std::move(*tenant);
  key.name = wanted.name;
  key.roles = wanted.roles;
  key.created_by = request.principal->user;
  key.scopes = wanted.scopes.value_or(std::vector<std::string>());
  if (wanted.limit) {
    key.limit = RateLimit{static_cast<std::uint32_t>(wanted.limit->requests),
                          std::chrono::seconds(wanted.limit->window_seconds)};
  }
  if (wanted.lifetime_seconds) {
    const std::chrono::seconds lifetime(*wanted.lifetime_seconds);
    key.expires_at = utc_timestamp(std::chrono::system_clock::now() + lifetime);
  }
  auto made = co_await means.accounts.keys.create(std::move(key), actor_of(request));
  if (!made) co_return fail(std::move(made).error());
  means.forget();
  note(means, request, "API key created", made->key.id + " " + made->key.name);
  const contracts::CreatedKey created{view_of(made->key), made->text};
  co_return no_store(http::json_response(201, json::encode(created)));
}

IdentityAnswer revoke_key(IdentityMeans& means, http::Request& request) {
  const std::string id = request.parameters.text("id");
  auto found = co_await means.accounts.keys.find(id);
  if (!found) co_return fail(std::move(found).error());
  if (!*found || !manages(*request.principal, (*found)->tenant)) {
    co_return fail(ErrorKind::not_found, "there is no API key " + id);
  }
  auto revoked = co_await means.accounts.keys.revoke(id, actor_of(request));
  if (!revoked) co_return fail(std::move(revoked).error());
  means.forget();
  const auto asked = request.query.find("forget");
  if (asked != request.query.end() && asked->second == "true") {
    const Result<void> forgotten = co_await means.accounts.keys.forget(id);
    if (!forgotten) co_return fail(forgotten.error());
  }
  note(means, request, "API key revoked", revoked->id + " " + revoked->name);
  co_return http::json_response(200, json::encode(view_of(*revoked)));
}

}  // namespace valion::gateway::handlers

#include "base/date.hpp"
#include "contracts/signing_keys.hpp"
#include "platform/service/read_json.hpp"
#include "services/api_gateway/identity/answers.hpp"
#include "services/api_gateway/identity/handlers.hpp"

namespace valion::gateway::handlers {
namespace {

Result<void> require_default(const http::Request& request) {
  if (request.principal->tenant == kDefaultTenant) return {};
  return fail(ErrorKind::forbidden, "signing keys are changed by an admin of the tenant default");
}

std::string moment_text(std::int64_t second) { return utc_timestamp(std::chrono::system_clock::from_time_t(second)); }

http::Response listed(const KeyRing& ring) {
  contracts::SigningKeyList list;
  for (const RingKey& key : ring.keys()) {
    contracts::SigningKeyView view;
    view.kid = key.id;
    view.state = name_of(key.state);
    view.created_at = moment_text(key.created_at);
    view.since = moment_text(key.changed_at);
    if (key.leaves_at != 0) view.leaves_at = moment_text(key.leaves_at);
    list.keys.push_back(std::move(view));
  }
  return no_store(http::json_response(200, json::encode(list)));
}

}  // namespace

IdentityAnswer show_key_set(IdentityMeans& means, http::Request&) {
  http::Response response = http::json_response(200, means.ring.jwks());
  response.headers.set("Content-Type", "application/jwk-set+json");
  response.headers.set("Cache-Control", "public, max-age=" + std::to_string(means.ring.settings().published.count()));
  co_return response;
}

IdentityAnswer list_signing_keys(IdentityMeans& means, http::Request& request) {
  VALION_CO_TRY(require_default(request));
  co_return listed(means.ring);
}

IdentityAnswer rotate_signing_keys(IdentityMeans& means, http::Request& request) {
  VALION_CO_TRY(require_default(request));
  VALION_CO_TRY_ASSIGN(const auto wanted, co_await read_json<contracts::RotateKeys>(request, kSmallBody));
  const Result<void> rotated = co_await means.ring.rotate(std::chrono::system_clock::now(), wanted.withdraw);
  if (!rotated) co_return fail(rotated.error());
  const std::string action = wanted.withdraw ? "signing-key.withdraw" : "signing-key.rotate";
  const std::string active = means.ring.keys().at(1).id;
  audit::Entry entry = entry_of(actor_of(request), request.principal->tenant, action, "signing-key:" + active);
  const Result<void> noted = co_await audit::record(means.accounts.database, std::move(entry));
  if (!noted) co_return fail(noted.error());
  note(means, request, action, active);
  co_return listed(means.ring);
}

}  // namespace valion::gateway::handlers

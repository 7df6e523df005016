#include "app/commands/signed_in.hpp"

namespace valion::app {

Result<ApiClient> signed_in(const Settings& settings, const GatewayOptions& gateway) {
  VALION_TRY_ASSIGN(const Credential credential, read_credential(settings.home));
  const std::string url = gateway_url(settings, gateway.url);
  VALION_TRY_ASSIGN(ApiClient api, ApiClient::create(url));
  if (auto signed_in = api.sign_in(credential); !signed_in) {
    Error error = std::move(signed_in).error();
    error.message = "cannot sign in at " + url + ": " + error.message;
    return fail(std::move(error));
  }
  return api;
}

}  // namespace valion::app

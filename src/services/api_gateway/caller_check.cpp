#include "services/api_gateway/caller_check.hpp"

namespace valion {

gateway::CallerPtr CallerCheck::known(const gateway::Fields& fields) {
  const auto credential = gateway::credential_of(fields);
  if (!credential) return nullptr;
  return authenticator_.known(*credential, std::chrono::system_clock::now());
}

Async<Result<gateway::CallerPtr>> CallerCheck::verify(const gateway::Fields& fields,
                                                      const std::string& remote_address) {
  VALION_CO_TRY_ASSIGN(const std::string_view credential, gateway::credential_of(fields));
  const auto now = std::chrono::system_clock::now();
  auto caller = co_await authenticator_.verify(std::string(credential), remote_address, now);
  co_return caller;
}

const std::string& CallerCheck::internal_authorization(const gateway::Caller& caller) {
  return authenticator_.internal_authorization(caller, std::chrono::system_clock::now());
}

}  // namespace valion

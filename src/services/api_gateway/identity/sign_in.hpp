// From user and password to a token.
#pragma once

#include <string>

#include "contracts/platform.hpp"
#include "platform/auth/token.hpp"
#include "platform/service/base_service.hpp"
#include "services/api_gateway/identity/failure_throttle.hpp"
#include "services/api_gateway/identity/user_catalogue.hpp"

namespace valion::gateway {

// On one event loop. All references must outlive it.
class SignIn {
 public:
  // `absent_hash`: the hash of a password that nobody knows. It is checked when the user does not exist, so that the time taken
  // does not tell who exists.
  SignIn(UserCatalogue& users, CpuPool& cpu, const auth::SigningKey& key, std::chrono::seconds lifetime,
         std::string absent_hash);

  // unauthenticated with the same words for an unknown user and for a wrong password; too_many_requests after five failures in
  // a minute for this user from this address; unavailable when the CPU pool is full.
  Async<Result<contracts::TokenAnswer>> token_for(const contracts::TokenRequest& request,
                                                  const std::string& remote_address);

 private:
  UserCatalogue& users_;
  CpuPool& cpu_;
  const auth::SigningKey& key_;
  std::chrono::seconds lifetime_;
  std::string absent_hash_;
  FailureThrottle throttle_;
};

}  // namespace valion::gateway

// Who asks, as the exchanges want to know it: by what Callers knows.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "services/api_gateway/edge/steps.hpp"
#include "services/api_gateway/identity/callers.hpp"

namespace valion {

class CallerCheck final : public gateway::CallerCheck {
 public:
  CallerCheck(gateway::Callers& callers, const auth::SigningKey& internal_key)
      : callers_(callers), internal_key_(internal_key) {}
  gateway::CallerPtr known(const gateway::Fields&) override { return nullptr; }
  Async<Result<gateway::CallerPtr>> verify(const gateway::Fields& fields, const std::string& remote_address) override;
  const std::string& internal_authorization(const gateway::Caller& caller) override;

 private:
  struct Token {
    std::string text;
    std::chrono::steady_clock::time_point made;
  };
  gateway::Callers& callers_;
  const auth::SigningKey& internal_key_;
  std::map<std::string, Token> tokens_;  // of each caller, for some seconds: signing costs
};

}  // namespace valion

// Who asks, as the exchanges want to know it: by what the authenticator knows.
#pragma once

#include <string>

#include "services/api_gateway/edge/steps.hpp"
#include "services/api_gateway/identity/authenticator.hpp"

namespace valion {

class CallerCheck final : public gateway::CallerCheck {
 public:
  explicit CallerCheck(gateway::Authenticator& authenticator) : authenticator_(authenticator) {}  // must outlive it
  gateway::CallerPtr known(const gateway::Fields& fields) override;
  Async<Result<gateway::CallerPtr>> verify(const gateway::Fields& fields, const std::string& remote_address) override;
  const std::string& internal_authorization(const gateway::Caller& caller) override;

 private:
  gateway::Authenticator& authenticator_;
};

}  // namespace valion

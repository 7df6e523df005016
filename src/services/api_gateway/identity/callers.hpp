// Who sends a request: by a token (`Authorization: Bearer …`) or by an API key (`Authorization: Bearer vk_…`,
// `X-API-Key: vk_…`).
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "platform/auth/token.hpp"
#include "platform/http/message.hpp"
#include "services/api_gateway/identity/api_key_catalogue.hpp"
#include "services/api_gateway/identity/failure_throttle.hpp"
#include "services/api_gateway/identity/user_catalogue.hpp"

namespace valion::gateway {

// On one event loop. What the database says is believed for two seconds, so that a change made through another gateway
// counts that late, and one made here at once. When the database is away, what it said last stays in force.
class Callers {
 public:
  Callers(const auth::SigningKey& key, UserCatalogue& users, ApiKeyCatalogue& keys)
      : key_(key), users_(users), keys_(keys) {}

  // unauthenticated, expired; too_many_requests for many unknown keys from one address; unavailable when a key cannot
  // be looked up.
  Async<Result<Principal>> caller_of(const http::Request& request);
  Async<Result<void>> refresh();  // whose tokens are cut off, now
  void forget();                  // something was changed here: ask again

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct KnownKey {
    std::optional<ApiKey> key;  // none: there is no such key
    Time asked;
  };
  Async<Result<Principal>> by_token(std::string token);
  Async<Result<Principal>> by_key(std::string text, std::string remote_address);
  Async<Result<std::optional<ApiKey>>> look_up(std::string id, std::string remote_address);

  const auth::SigningKey& key_;
  UserCatalogue& users_;
  ApiKeyCatalogue& keys_;
  TokenCuts cuts_;
  Time cuts_asked_{};
  bool asking_ = false;
  std::map<std::string, KnownKey> known_keys_;
  FailureThrottle unknown_keys_{{30, std::chrono::seconds(60), 10'000}};
};

}  // namespace valion::gateway

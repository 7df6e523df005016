// Issuers elsewhere whose access tokens are taken: found by OpenID Connect Discovery, their keys fetched and kept.
//
//   GET {issuer}/.well-known/openid-configuration  >  issuer (must be the same text), jwks_uri
//   GET jwks_uri                                   >  keys
//
// Kept: keys are asked for again every `refresh`, and once when a token names one that is not known, but never sooner
// than `least_pause` after the last time: a thousand random names make one fetch. Who needs a key while a fetch is
// under way waits for it. While the issuer is away the last keys stay. A key that is missing from the newest set is
// gone, with every token it signed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "platform/async/async.hpp"
#include "platform/auth/access_token.hpp"
#include "services/api_gateway/identity/caller.hpp"
#include "services/api_gateway/identity/issuer_settings.hpp"

namespace valion::gateway {

struct IssuerTiming {
  std::chrono::seconds refresh{600};
  std::chrono::seconds least_pause{30};
};

// The whole document at that address. Any failure is `unavailable`.
using FetchDocument = std::function<Async<Result<std::string>>(std::string url, std::string ca_file)>;

// On one event loop; time is given by the caller.
class TrustedIssuers {
 public:
  using Time = std::chrono::system_clock::time_point;
  // `said`: gets a line for the operator when an issuer fails, comes back, or publishes keys that are not used.
  TrustedIssuers(Executor executor, std::vector<TrustedIssuer> issuers, FetchDocument fetch, IssuerTiming timing = {},
                 std::function<void(const std::string&)> said = {});
  ~TrustedIssuers();

  [[nodiscard]] bool knows(std::string_view issuer) const noexcept;
  // The key that the token names, fetched when need be. unauthenticated when the issuer has none such, or the token is
  // of a type or an algorithm that this issuer is not trusted with; unavailable when nothing was ever fetched from it.
  Async<Result<auth::PublicKey>> key_for(const auth::ParsedToken& token, Time now);
  // After is_signed_by(): audience, times, and whom the claims are mapped to. `name:sub` is the user.
  [[nodiscard]] Result<Caller> read_caller(const auth::ParsedToken& token, Time now) const;

  // For what was verified before.
  [[nodiscard]] bool has_key(std::string_view issuer, std::string_view key_id) const noexcept;
  // Grows when a key has gone.
  [[nodiscard]] std::uint64_t generation() const noexcept;
  // Asks again those whose keys are old; waits for the answers.
  Async<void> refresh(Time now);

 private:
  struct Issuer;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace valion::gateway

// Who sends a request: by a token of ours, by a token of a trusted issuer, or by an API key. Replaces Callers.
//
//   CallerPtr caller = authenticator.known(credential, now);            // the common case: no lock, no allocation
//   if (caller == nullptr) caller = co_await authenticator.verify(…);   // the first time, or after something changed
//   authenticator.internal_authorization(*caller, now)                  // `Bearer …` for the service that answers
//
// Credential: what `credential_of()` finds in a request.
//
// What was verified once is believed until it expires, its key leaves the ring or its issuer's set, its user is cut
// off, or its session ended. Changes made through this gateway count at once, others within two seconds (keep_current()
// asks every second); when the database is away, what it said last stays in force.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "platform/async/async.hpp"
#include "platform/async/cpu_pool.hpp"
#include "platform/auth/token.hpp"
#include "platform/http/message.hpp"
#include "services/api_gateway/identity/api_key_catalogue.hpp"
#include "services/api_gateway/identity/caller.hpp"
#include "services/api_gateway/identity/key_ring.hpp"
#include "services/api_gateway/identity/withdrawals.hpp"
#include "services/api_gateway/message/head.hpp"

namespace valion::gateway {

class TrustedIssuers;

struct AuthenticatorSettings {
  std::size_t most_known = 32'768;         // verified credentials; then those not used lately go
  std::size_t most_bytes = 32u << 20;      // of their text
  std::chrono::milliseconds every{1'000};  // keep_current() asks so often
  std::string issuer = "valion";           // of our own tokens
};

// Of `X-API-Key`, else of `Authorization: Bearer`. Both point into the request. unauthenticated when there is neither,
// when the scheme is another one, or when either field stands twice.
[[nodiscard]] Result<std::string_view> credential_of(const Fields& fields);
[[nodiscard]] Result<std::string_view> credential_of(const http::Headers& headers);

// On one event loop. All references must outlive it.
class Authenticator {
 public:
  using Time = std::chrono::system_clock::time_point;
  struct Means {
    KeyRing& ring;
    ApiKeyCatalogue& keys;
    Withdrawals& withdrawals;
    TrustedIssuers* issuers = nullptr;  // null: only our own tokens
    CpuPool& cpu;
    const auth::SigningKey& internal_key;
  };
  Authenticator(Executor executor, Means means, AuthenticatorSettings settings = {});
  ~Authenticator();

  // Null: ask verify(). Tens of nanoseconds, however many are known.
  [[nodiscard]] CallerPtr known(std::string_view credential, Time now);

  // unauthenticated (form, algorithm, signature, key, audience, issuer, time, withdrawn: one message for all), expired;
  // too_many_requests for many unknown API keys from one address; unavailable when a key cannot be looked up.
  Async<Result<CallerPtr>> verify(std::string credential, std::string remote_address, Time now);

  // What the service gets instead of the client's credential: `Bearer` and a token for kInternalAudience, made anew
  // every half minute and the same between. Valid until the next call for this caller.
  [[nodiscard]] const std::string& internal_authorization(const Caller& caller, Time now);

  // Reads what changed elsewhere: withdrawals, keys, the ring. The first failure, after all were asked.
  Async<Result<void>> refresh();
  void start();   // refresh() every `every`, until the authenticator ends
  void forget();  // something was changed here: nothing known is believed unasked

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace valion::gateway

// From user and password, or from a refresh token, to tokens.
#pragma once

#include <chrono>
#include <string>

#include "contracts/accounts.hpp"
#include "contracts/platform.hpp"
#include "platform/async/cpu_pool.hpp"
#include "services/api_gateway/identity/access_tokens.hpp"
#include "services/api_gateway/identity/session_catalogue.hpp"
#include "services/api_gateway/identity/shared_throttle.hpp"
#include "services/api_gateway/identity/user_catalogue.hpp"

namespace valion::gateway {

struct Lifetimes {
  std::chrono::seconds refreshable_token{900};  // of POST login and refresh; of POST token: as AccessTokens says
  std::chrono::seconds session{30 * 86'400};    // of POST login: no refresh goes beyond
};

// On one event loop. All references must outlive it.
class SignIn {
 public:
  struct Means {
    sql::Database& database;  // of the audit log
    UserCatalogue& users;
    SessionCatalogue& sessions;
    SharedThrottle& throttle;
    CpuPool& cpu;
    const AccessTokens& tokens;
  };
  explicit SignIn(Means means, Lifetimes lifetimes = {}) : means_(std::move(means)), lifetimes_(lifetimes) {}
  Async<Result<void>> start();  // before anything else

  struct Attempt {
    std::string user, password;
    std::string agent;         // what program asks
    bool refreshable = false;  // POST login
  };
  struct Answer {
    contracts::SessionAnswer tokens;  // `refresh_token` only of a refreshable one
    std::chrono::seconds wait{0};     // not 0: too many failed attempts, nothing was looked at
  };
  // unauthenticated with the same words, and after the same work, for an unknown, pending or disabled user, a disabled tenant and a
  // wrong password; unavailable when the CPU pool is full. A success or a failure is in the audit log. A hash whose
  // parameters are smaller than today's is made anew.
  Async<Result<Answer>> sign_in(Attempt attempt, Actor actor);

  // See session_catalogue.hpp.
  Async<Result<contracts::SessionAnswer>> refresh(std::string refresh_token, Actor actor);

  // Whether this is the password of the caller; throttled like a sign-in.
  Async<Result<Answer>> check_own(std::string password, Actor actor);

  Async<Result<std::string>> hash(std::string password);

 private:
  struct Checked {
    std::optional<User> user;  // none: wrong
    std::chrono::seconds wait{0};
  };
  Async<Result<Checked>> check(std::string name, std::string password, Actor actor);
  Async<Result<void>> note_failure(std::string name, std::optional<User> user, std::string why, Actor actor);
  [[nodiscard]] contracts::SessionAnswer tokens_for(const Principal& principal, const Session& session,
                                                    std::int64_t cut) const;

  Means means_;
  Lifetimes lifetimes_;
  std::string absent_hash_;  // of a password that nobody knows
};

}  // namespace valion::gateway

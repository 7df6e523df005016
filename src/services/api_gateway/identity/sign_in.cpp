#include "services/api_gateway/identity/sign_in.hpp"

#include <algorithm>

#include "platform/auth/password.hpp"

namespace valion::gateway {

SignIn::SignIn(UserCatalogue& users, CpuPool& cpu, const auth::SigningKey& key, std::chrono::seconds lifetime,
               std::string absent_hash)
    : users_(users), cpu_(cpu), key_(key), lifetime_(lifetime), absent_hash_(std::move(absent_hash)) {}

Async<Result<contracts::TokenAnswer>> SignIn::token_for(const contracts::TokenRequest& request,
                                                        const std::string& remote_address) {
  const std::string key = request.user + "\n" + remote_address;
  const auto wait = throttle_.attempt(key, std::chrono::steady_clock::now());
  if (wait.count() > 0) {
    co_return fail(ErrorKind::too_many_requests,
                   "too many failed attempts for this user; try again in " + std::to_string(wait.count()) + " s");
  }
  VALION_CO_TRY_ASSIGN(const std::optional<User> user, co_await users_.find(request.user));
  const std::string hash = user ? user->password_hash : absent_hash_;
  const auto verify = [&] { return auth::verify_password(hash, request.password); };
  VALION_CO_TRY_ASSIGN(const bool good, co_await cpu_.run(verify));
  if (!good || !user || user->disabled) co_return fail(ErrorKind::unauthenticated, "user or password is wrong");
  throttle_.succeeded(key);
  VALION_CO_TRY_ASSIGN(const std::int64_t cut, co_await users_.token_cut(request.user));
  // Tokens of the second in which they were cut off are not taken: this one must be younger.
  const std::chrono::system_clock::time_point after_cut{std::chrono::seconds(cut + 1)};
  const auto issued = std::max(std::chrono::system_clock::now(), after_cut);
  const auth::TokenSettings settings{auth::kClientAudience, lifetime_, std::chrono::seconds(5)};
  contracts::TokenAnswer answer;
  answer.access_token = auth::issue_token(key_, settings, user->principal, issued);
  answer.expires_in = lifetime_.count();
  co_return answer;
}

}  // namespace valion::gateway

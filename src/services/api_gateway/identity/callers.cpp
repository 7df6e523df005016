#include "services/api_gateway/identity/callers.hpp"

namespace valion::gateway {
namespace {

constexpr std::chrono::seconds kBelieved{2};
constexpr std::size_t kMostKnownKeys = 10'000;

tl::unexpected<Error> not_a_key() { return fail(ErrorKind::unauthenticated, "the API key does not verify"); }

}  // namespace

Async<Result<Principal>> Callers::caller_of(const http::Request& request) {
  std::string credential(request.headers.find("X-API-Key").value_or(""));
  if (credential.empty()) {
    const auto header = request.headers.find("Authorization");
    VALION_CO_TRY_ASSIGN(const std::string_view token, auth::bearer(header.value_or("")));
    credential = token;
    if (!token.starts_with(kApiKeyMark)) {
      auto by_token_alone = co_await by_token(std::move(credential));
      co_return by_token_alone;
    }
  }
  auto caller = co_await by_key(std::move(credential), request.remote_address);
  co_return caller;
}

Async<Result<void>> Callers::refresh() {
  asking_ = true;
  auto cuts = co_await users_.token_cuts();
  asking_ = false;
  cuts_asked_ = std::chrono::steady_clock::now();
  if (!cuts) co_return fail(std::move(cuts).error());
  cuts_ = std::move(*cuts);
  co_return Result<void>{};
}

void Callers::forget() {
  cuts_asked_ = Time{};
  known_keys_.clear();
}

Async<Result<Principal>> Callers::by_token(std::string token) {
  const auto now = std::chrono::system_clock::now();
  auto verified = auth::verify_issued_token(key_, auth::TokenSettings{}, token, now);
  if (!verified) co_return fail(std::move(verified).error());
  if (!asking_ && std::chrono::steady_clock::now() - cuts_asked_ > kBelieved) {
    const Result<void> asked = co_await refresh();
    static_cast<void>(asked);  // the last answer stays in force
  }
  const auto cut = cuts_.find(verified->principal.user);
  if (cut != cuts_.end() && verified->issued_at <= cut->second) {
    co_return fail(ErrorKind::unauthenticated, "the token was withdrawn; get a new one from POST /api/v1/auth/token");
  }
  co_return std::move(verified->principal);
}

Async<Result<Principal>> Callers::by_key(std::string text, std::string remote_address) {
  const auto parsed = parse_api_key(text);
  if (!parsed) co_return not_a_key();
  auto found = co_await look_up(parsed->id, std::move(remote_address));
  if (!found) co_return fail(std::move(found).error());
  if (!*found || !has_secret(**found, parsed->secret)) co_return not_a_key();
  VALION_CO_TRY(check_in_force(**found, std::chrono::system_clock::now()));
  co_return (*found)->principal();
}

Async<Result<std::optional<ApiKey>>> Callers::look_up(std::string id, std::string remote_address) {
  const auto now = std::chrono::steady_clock::now();
  const auto known = known_keys_.find(id);
  const bool is_known = known != known_keys_.end();
  if (is_known && now - known->second.asked <= kBelieved) co_return known->second.key;
  const bool is_key = is_known && known->second.key.has_value();
  if (!is_key) {
    const auto wait = unknown_keys_.attempt(remote_address, now);
    if (wait.count() > 0) {
      co_return fail(ErrorKind::too_many_requests, "too many unknown API keys from this address; try again in " +
                                                       std::to_string(wait.count()) + " s");
    }
  }
  std::optional<ApiKey> last;
  if (is_key) last = known->second.key;
  auto found = co_await keys_.find(id);
  if (!found && last) co_return last;
  if (!found) co_return fail(std::move(found).error());
  if (found->has_value()) unknown_keys_.succeeded(remote_address);
  if (known_keys_.size() >= kMostKnownKeys) known_keys_.clear();
  known_keys_[id] = KnownKey{*found, now};
  co_return std::move(*found);
}

}  // namespace valion::gateway

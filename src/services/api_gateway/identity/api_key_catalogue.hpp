// API keys: `vk_{id}_{secret}`, for programs. Random (256 bits), shown once, kept as a hash; with a name, roles, a tenant, an end,
// and, when wanted, scopes that narrow the roles (permissions.hpp) and a limit of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/identity.hpp"
#include "platform/sql/database.hpp"
#include "services/api_gateway/identity/actor.hpp"
#include "services/api_gateway/routing/route.hpp"

namespace valion::gateway {

inline constexpr std::string_view kApiKeyMark = "vk_";

struct ApiKey {
  std::string id;
  std::string name;
  std::string tenant;
  std::vector<std::string> roles;
  std::string secret_hash;
  std::string created_by;
  std::string created_at;
  std::string expires_at;           // RFC 3339 in UTC; empty: never
  std::string revoked_at;           // empty: not revoked
  std::vector<std::string> scopes;  // empty: whatever the roles allow
  std::optional<RateLimit> limit;   // instead of the routes' own
  std::string last_used_at;         // to the minute, in UTC; empty: never

  // What a request with this key is: user `key:{name}`.
  [[nodiscard]] Principal principal() const { return {tenant, "key:" + name, roles}; }
};

struct ApiKeyText {
  std::string id, secret;
};
// Nothing when `text` has not the form of a key.
[[nodiscard]] std::optional<ApiKeyText> parse_api_key(std::string_view text);
[[nodiscard]] bool has_secret(const ApiKey& key, std::string_view secret);  // in constant time
// unauthenticated when revoked, expired when its time is over.
[[nodiscard]] Result<void> check_in_force(const ApiKey& key, std::chrono::system_clock::time_point now);

// Making and revoking are in the audit log, in the same transaction.
class ApiKeyCatalogue {
 public:
  explicit ApiKeyCatalogue(sql::Database& database);  // migrates; throws when the database cannot be used

  struct Made {
    ApiKey key;
    std::string text;  // the whole key: never again to be had
  };
  // `wanted`: name, tenant, roles, scopes, limit, created_by, expires_at; the rest is made here.
  Async<Result<Made>> create(ApiKey wanted, Actor actor = ourselves());
  Async<Result<std::optional<ApiKey>>> find(std::string id);
  Async<Result<std::vector<ApiKey>>> all();  // newest first
  // not_found; a revoked one keeps its first time.
  Async<Result<ApiKey>> revoke(std::string id, Actor actor = ourselves());
  Async<Result<void>> forget(std::string id);  // as if it had never been
  // Grows with every key that is made, revoked or forgotten, by whichever gateway.
  Async<Result<std::int64_t>> version();
  // Seconds since 1970, by id; what is older than what is known changes nothing.
  Async<Result<void>> note_used(std::map<std::string, std::int64_t> used);

 private:
  sql::Database& database_;
};

}  // namespace valion::gateway

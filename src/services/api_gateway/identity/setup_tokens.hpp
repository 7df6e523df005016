// One-time links by which somebody chooses his first password: the admin at the first start, whoever lost his later.
//
// A token is 256 random bits, kept as a SHA-256, good for an hour and once. Using one makes all others of the same user void.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "platform/sql/database.hpp"
#include "services/api_gateway/identity/user_catalogue.hpp"

namespace valion::gateway {

inline constexpr std::chrono::seconds kSetupLifetime{3'600};

struct SetupToken {
  std::string user;
  std::string token;
  std::string expires_at;  // RFC 3339
};

class SetupTokens {
 public:
  using Time = std::chrono::system_clock::time_point;
  explicit SetupTokens(sql::Database& database);  // migrates; throws when the database cannot be used

  // not_found when there is no such user, conflict when he is disabled.
  Async<Result<SetupToken>> make(std::string user, Time now, Actor actor);
  // Whose it is, while it is good.
  Async<Result<std::optional<std::string>>> user_of(std::string token, Time now);
  // Sets the password, ends older tokens and sessions of the user. not_found when the token is unknown, used or too old, or its
  // user is gone or disabled.
  Async<Result<User>> use(std::string token, std::string password_hash, Time now, Actor actor);
  // The token for `user` when he has no password yet and no token that is still good; else nothing.
  Async<Result<std::optional<SetupToken>>> make_if_pending(std::string user, Time now);

 private:
  sql::Database& database_;
};

// Inside a transaction.
[[nodiscard]] SetupToken make_setup_token(soci::session& session, const std::string& user, SetupTokens::Time now);

}  // namespace valion::gateway

// The users of a system: names, argon2id hashes, roles. In SQL, owned by the gateway.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/identity.hpp"
#include "platform/sql/database.hpp"

namespace valion::gateway {

struct User {
  Principal principal;
  std::string password_hash;
};

class UserCatalogue {
 public:
  explicit UserCatalogue(sql::Database& database);  // migrates; throws when the database cannot be used

  // Nothing when there is no such user. Names are compared exactly.
  Async<Result<std::optional<User>>> find(const std::string& name);

  // When there is no user at all: adds `user` and calls `before_commit` in the same transaction, so that the user exists only if
  // that succeeded (it may be called again after a lost race). False when there was somebody already.
  Async<Result<bool>> add_first(User user, std::function<Result<void>()> before_commit);

 private:
  sql::Database& database_;
};

}  // namespace valion::gateway

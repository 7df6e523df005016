// The users of a system: names, argon2id hashes, roles. In SQL, owned by the gateway.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/identity.hpp"
#include "platform/sql/database.hpp"

namespace valion::gateway {

struct User {
  Principal principal;
  std::string password_hash;
  bool disabled = false;
  std::string created_at;  // filled by the catalogue
};

// Seconds since 1970: a user's tokens issued then or earlier are no longer taken.
using TokenCuts = std::map<std::string, std::int64_t>;

// A change that concerns what a user may do (password, roles, disabling, removal) cuts his tokens off. The last enabled admin
// can neither be disabled nor removed nor lose the role: conflict. not_found when there is no such user.
class UserCatalogue {
 public:
  explicit UserCatalogue(sql::Database& database);  // migrates; throws when the database cannot be used

  // Nothing when there is no such user. Names are compared exactly.
  Async<Result<std::optional<User>>> find(const std::string& name);
  Async<Result<std::vector<User>>> all();  // by name

  // When there is no user at all: adds `user` and calls `before_commit` in the same transaction, so that the user exists only if
  // that succeeded (it may be called again after a lost race). False when there was somebody already.
  Async<Result<bool>> add_first(User user, std::function<Result<void>()> before_commit);
  Async<Result<User>> add(User user);  // conflict when the name is taken

  Async<Result<User>> set_password(std::string name, std::string password_hash);
  Async<Result<User>> set_roles(std::string name, std::vector<std::string> roles);
  Async<Result<User>> set_disabled(std::string name, bool disabled);
  Async<Result<void>> remove(std::string name);

  Async<Result<TokenCuts>> token_cuts();
  Async<Result<std::int64_t>> token_cut(std::string name);  // 0: none

 private:
  using Change = std::function<void(User&)>;
  Async<Result<User>> change(std::string name, Change change);
  sql::Database& database_;
};

// As one column holds them: `admin,appraiser`.
[[nodiscard]] std::string joined_roles(const std::vector<std::string>& roles);
[[nodiscard]] std::vector<std::string> split_roles(const std::string& text);

}  // namespace valion::gateway

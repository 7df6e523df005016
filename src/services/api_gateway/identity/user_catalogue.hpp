// The users of a system: names, argon2id hashes, roles. In SQL, owned by the gateway.
#pragma once

#include <soci/soci.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/identity.hpp"
#include "platform/sql/database.hpp"
#include "services/api_gateway/identity/actor.hpp"

namespace valion::gateway {

struct User {
  Principal principal;
  std::string password_hash;  // empty: pending, he has not chosen one yet (setup.hpp) and cannot sign in
  bool disabled = false;
  std::string full_name, email;  // for people; may be empty
  std::string created_at;        // filled by the catalogue
  std::string last_seen_at;      // when he last signed in or refreshed; empty: never
};

// Seconds since 1970: a user's tokens issued then or earlier are no longer taken.
using TokenCuts = std::map<std::string, std::int64_t>;

// A change that concerns what a user may do (password, roles, disabling, removal) cuts his tokens off and ends his sessions. The
// last admin who can sign in can neither be disabled nor removed nor lose the role: conflict. not_found when there is no such
// user. Every change is in the audit log, in the same transaction.
class UserCatalogue {
 public:
  explicit UserCatalogue(sql::Database& database);  // migrates; throws when the database cannot be used

  // Nothing when there is no such user. Names are compared exactly.
  Async<Result<std::optional<User>>> find(std::string name);
  Async<Result<std::vector<User>>> all();  // by name

  // When there is no user at all: adds `users` and calls `before_commit` in the same transaction, so that they exist only if
  // that succeeded (it may be called again after a lost race). False when there was somebody already.
  using BeforeCommit = std::function<Result<void>(soci::session&)>;
  Async<Result<bool>> add_first(std::vector<User> users, BeforeCommit before_commit);
  Async<Result<User>> add(User user,
                          Actor actor);  // conflict when the name is taken; invalid when there is no such tenant

  Async<Result<User>> set_password(std::string name, std::string password_hash, Actor actor);
  Async<Result<User>> set_roles(std::string name, std::vector<std::string> roles, Actor actor);
  Async<Result<User>> set_disabled(std::string name, bool disabled, Actor actor);
  Async<Result<void>> remove(std::string name, Actor actor);

  Async<Result<TokenCuts>> token_cuts();

 private:
  struct Change {
    std::string action, detail;
    std::function<void(User&)> apply;
  };
  Async<Result<User>> change(std::string name, Change change, Actor actor);
  sql::Database& database_;
};

// Inside a transaction, for what changes more than users.
[[nodiscard]] std::optional<User> read_user(soci::session& session, const std::string& name);
[[nodiscard]] std::int64_t token_cut_of(soci::session& session, const std::string& name);  // 0: none
// With everything that follows from it: tokens, sessions, the last admin.
Result<User> change_user(soci::session& session, const std::string& name, const std::function<void(User&)>& apply);
[[nodiscard]] Result<User> removable_user(soci::session& session, const std::string& name);  // as he is
Result<User> remove_user(soci::session& session, const std::string& name);

// As one column holds them: `admin,appraiser`.
[[nodiscard]] std::string joined_roles(const std::vector<std::string>& roles);
[[nodiscard]] std::vector<std::string> split_roles(const std::string& text);

}  // namespace valion::gateway

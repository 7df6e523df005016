// Sessions: what a sign-in opens and a logout ends. Each access token names its session; one that was opened by POST login can
// also be refreshed.
//
// A refresh token (`vr_…`, 256 random bits, kept as a SHA-256) is good once: refreshing gives the next one. One that comes a second
// time was copied: the whole session ends, for whoever holds any of its tokens. There is no grace for two refreshes at the same
// time with the same token, since they cannot be told from theft: a client refreshes once at a time, and signs in again when it
// failed to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/sql/database.hpp"
#include "services/api_gateway/identity/actor.hpp"
#include "services/api_gateway/identity/user_catalogue.hpp"

namespace valion::gateway {

inline constexpr std::string_view kRefreshMark = "vr_";

struct Session {
  std::string id;
  std::string user, tenant;
  std::string created_at, last_used_at;  // RFC 3339; signing in and refreshing are uses
  std::int64_t expires_at = 0;           // seconds since 1970: refreshing ends then, however often it was done
  std::int64_t ended_at = 0;             // 0: it has not
  bool refreshable = false;
  std::string address, agent;  // whence it was opened, and by what program
};

// Every change is in the audit log, in the same transaction.
class SessionCatalogue {
 public:
  explicit SessionCatalogue(sql::Database& database);  // migrates; throws when the database cannot be used

  struct Opening {
    User user;
    std::int64_t now = 0;  // seconds since 1970
    std::int64_t expires_at = 0;
    bool refreshable = false;
    std::string agent;
    std::string new_password_hash;  // not empty: replaces the old one (its parameters had grown too small)
  };
  struct Opened {
    Session session;
    std::string refresh_token;  // empty: it has none
    std::int64_t cut = 0;       // the user's token cut: a token must be issued later
  };
  // unauthenticated when the user was changed, disabled or removed since `opening.user` was read, or his tenant is disabled.
  Async<Result<Opened>> open(Opening opening, Actor actor);

  struct Refreshed {
    Session session;
    User user;                  // as he is now
    std::string refresh_token;  // the next
    std::int64_t cut = 0;
  };
  // unauthenticated for everything that is not the newest token of a session in force of a user in force.
  Async<Result<Refreshed>> refresh(std::string token, std::int64_t now, Actor actor);

  Async<Result<void>> end(std::string id, Actor actor);  // not_found when the actor has no such session in force
  Async<Result<std::int64_t>> end_all(Actor actor);      // of the actor; how many were in force
  Async<Result<std::vector<Session>>> of_user(std::string user, std::int64_t now);  // in force, newest first

 private:
  sql::Database& database_;
};

// Inside a transaction. Of the user, ended ones too; newest first.
[[nodiscard]] std::vector<Session> sessions_of(soci::session& session, const std::string& user);
// Every session of the user is over; how many there were.
std::int64_t end_sessions(soci::session& session, const std::string& user);

}  // namespace valion::gateway

// Opening one connection the way the platform needs it, and understanding what SOCI throws.
#pragma once

#include <soci/soci.h>

#include "base/error.hpp"
#include "platform/sql/database_url.hpp"

namespace valion::sql {

// Opens (or opens again) `session`. SQLite: creates the file with mode 0600, WAL, synchronous=normal or full, foreign keys, a busy
// timeout of 10 s. Throws soci::soci_error or std::runtime_error.
void open_session(soci::session& session, const DatabaseUrl& url);

// What an exception means for the transaction that it ended.
struct Failure {
  Error error;        // conflict (unique or foreign key), unavailable (busy, connection lost), internal (the rest)
  bool busy = false;  // another writer was in the way, or lost a race: trying again may help
  bool lost = false;  // the connection is gone
};

// Call in a catch block. Messages hold neither bound values nor passwords.
[[nodiscard]] Failure describe_current_exception(const DatabaseUrl& url);

}  // namespace valion::sql

// One transaction on one connection: begin, work, commit, or all of it undone; again when another writer was in the way.
#pragma once

#include <soci/soci.h>

#include <functional>
#include <string>

#include "base/result.hpp"
#include "platform/sql/database_url.hpp"

namespace valion::sql {

// `begin` is the statement that opens the transaction. Rolls back and succeeds when `work` returns false. `work` runs again
// after a lost race (SQLite: busy, for up to 10 s; PostgreSQL: serialization failure, deadlock or lost connection, five times).
// A connection lost during commit is not tried again, since the commit may have happened: unavailable.
Result<void> run_transaction(soci::session& session, const DatabaseUrl& url, const std::string& begin,
                             const std::function<bool(soci::session&)>& work);

}  // namespace valion::sql

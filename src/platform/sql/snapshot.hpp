// A copy of a database in use, at one moment of it, and back.
//
// SQLite: VACUUM INTO, inside one read transaction; writers are not kept waiting. PostgreSQL: its own pg_dump and pg_restore
// (Debian package postgresql-client), which must be at least as new as the server; the password goes by the environment,
// never on a command line. All calls block.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "platform/sql/database_url.hpp"

namespace valion::sql {

// `copy` must not exist; it is created with mode 0600.
[[nodiscard]] Result<void> copy_sqlite(const std::filesystem::path& database, const std::filesystem::path& copy);
// The whole database, as an archive of pg_dump's custom format.
[[nodiscard]] Result<void> dump_postgresql(const DatabaseUrl& url, const std::filesystem::path& archive);
// Into a database without tables: conflict when there are any; all or nothing.
[[nodiscard]] Result<void> restore_postgresql(const DatabaseUrl& url, const std::filesystem::path& archive);

}  // namespace valion::sql

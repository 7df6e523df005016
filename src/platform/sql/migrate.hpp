// Bringing a schema up to date, once, however many processes start together.
#pragma once

#include <soci/soci.h>

#include <string_view>
#include <vector>

#include "platform/sql/database.hpp"

namespace valion::sql {

// Inside an open transaction that holds the lock. Throws std::runtime_error when the database knows steps that
// `migrations` does not (a newer version made it) or knows a step under another name.
void apply_migrations(soci::session& session, std::string_view scope, const std::vector<Migration>& migrations);

}  // namespace valion::sql

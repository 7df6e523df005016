// The values of one text column, for readers that want them all.
#pragma once

#include <string>
#include <vector>

#include "platform/sql/database.hpp"

namespace valion::sql {

// What `statement` selects, in one read transaction. Blocking.
[[nodiscard]] inline Result<std::vector<std::string>> read_texts(Database& database, const std::string& statement) {
  std::vector<std::string> texts;
  const auto read = [&](soci::session& session) {
    const soci::rowset<std::string> rows = (session.prepare << statement);
    texts.assign(rows.begin(), rows.end());
    return true;
  };
  VALION_TRY(database.transact(read, Access::read));
  return texts;
}

}  // namespace valion::sql

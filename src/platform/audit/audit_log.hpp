// What was done to the system and by whom, for ever: an append-only table in SQL whose rows are chained by hashes (chain.hpp).
//
//   const auto change = [](soci::session& session) -> Result<User> { …; audit::append(session, entry); return user; };
//   auto changed = co_await database.run(change);             // the change and its row, both or neither
//   const Result<void> noted = co_await audit::record(database, entry);     // something that is no change of ours
//
// Several processes append to one chain: append() holds the head's row until its transaction ends. Call it last, so that the
// head is held briefly and always taken after other rows. Triggers refuse UPDATE, DELETE and TRUNCATE of the log; who can drop
// triggers can still not change the past unseen (verify.hpp), provided that a head was kept elsewhere.
#pragma once

#include <soci/soci.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "platform/async/async.hpp"
#include "platform/sql/database.hpp"

namespace valion::audit {

// Neither secrets nor personal data in `action`, `outcome`, `detail`: they can never be taken back.
struct Entry {
  std::string tenant;
  std::string actor;             // a person's name; `key:NAME`, `system` and nothing are no persons
  std::string action;            // `user.add`, `session.refresh`, …
  std::string object;            // `user:NAME` is a person; `key:ID`, `tenant:NAME`, …; may be empty
  std::string outcome = "done";  // done, refused, failed
  std::string address;           // whence; personal
  std::string request_id;
  std::string detail;
};

// Creates the tables and their triggers. Blocking. Throws when the database cannot be used.
void migrate(sql::Database& database);

// Inside a transaction. The row's sequence. Throws what SOCI throws.
std::int64_t append(soci::session& session, const Entry& entry);

// In a transaction of its own.
Async<Result<void>> record(sql::Database& database, Entry entry);

// A row as readers see it: names and addresses where they have not been erased, else pseudonyms and nothing.
struct Record {
  std::int64_t sequence = 0;
  std::string at, tenant, actor, action, object, outcome, address, request_id, detail, hash;
};

struct Filter {
  std::optional<std::string> tenant;  // none: all
  std::optional<std::string> person;  // whose doing it was, or whom it concerned
  std::int64_t after = 0;             // rows beyond this sequence
  std::int64_t limit = 100;           // at least 1
};
// Inside a transaction; by sequence.
[[nodiscard]] std::vector<Record> read(soci::session& session, const Filter& filter);

struct Head {
  std::int64_t sequence = 0;  // 0: the log is empty
  std::string hash;
};
[[nodiscard]] Head head_of(soci::session& session);

}  // namespace valion::audit

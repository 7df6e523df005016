// A person's data (LGPD articles 18 II, V and VI): all that is kept of one, and its erasure.
//
// Erasing removes the account, sessions, links and throttling records, and puts the audit log's pseudonym where the name stood in
// keys and jobs. The audit log itself keeps its rows: they hold the pseudonym, and the name beside it is erased (platform/audit),
// so that the chain still verifies. What other services made for the person (models, valuations, reports) is named by its content.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "contracts/accounts.hpp"
#include "platform/sql/database.hpp"
#include "services/api_gateway/identity/api_key_catalogue.hpp"
#include "services/api_gateway/identity/session_catalogue.hpp"
#include "services/api_gateway/identity/user_catalogue.hpp"

namespace valion::gateway {

struct KeptData {
  User user;
  std::vector<Session> sessions;  // also those that ended, while they are remembered
  std::vector<std::string> keys;  // ids
  std::vector<audit::Record> audit;
  std::vector<std::string> jobs;  // ids
};

class PersonalDataStore {
 public:
  // `jobs`: the database of platform/jobs; may be the same as `database`.
  PersonalDataStore(sql::Database& database, sql::Database& jobs) : database_(database), jobs_(jobs) {}

  Async<Result<KeptData>> collect(std::string user, Actor actor);  // not_found
  // not_found; conflict for the last admin.
  Async<Result<contracts::ErasedPerson>> erase(std::string user, Actor actor);

 private:
  sql::Database& database_;
  sql::Database& jobs_;
};

}  // namespace valion::gateway

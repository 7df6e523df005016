// Idempotency-Key: one answer for a request that is sent again (IETF draft-ietf-httpapi-idempotency-key-header).
//
// A key belongs to tenant, user and route. Kept 24 hours; of a request that failed, not at all, so that it may be tried again.
// A request in flight whose process died blocks its key for two minutes.
#pragma once

#include <soci/soci.h>

#include <chrono>
#include <optional>
#include <string>

#include "base/identity.hpp"
#include "platform/async/async.hpp"
#include "platform/sql/database.hpp"

namespace valion::jobs {

inline constexpr std::chrono::hours kKeptFor{24};
inline constexpr std::chrono::minutes kInFlightFor{2};

struct IdempotentRequest {
  Principal principal;
  std::string route;      // the template
  std::string key;        // as the client sent it
  std::string body_hash;  // of the body, and whatever else makes two requests differ
};

struct StoredAnswer {
  int status = 0;
  std::string location;
  std::string body;  // JSON
};

// Nothing: the key is now taken, go on and call keep_answer() or release_key(). An answer: give it again. invalid: the key
// was used with another body. conflict: the first request is still in flight.
Async<Result<std::optional<StoredAnswer>>> take_key(sql::Database& database, IdempotentRequest request);
Async<Result<void>> keep_answer(sql::Database& database, IdempotentRequest request, StoredAnswer answer);
Async<Result<void>> release_key(sql::Database& database, IdempotentRequest request);

// Keys older than kKeptFor, of answers and of jobs.
void delete_old_keys(soci::session& session, const std::string& clock);

}  // namespace valion::jobs

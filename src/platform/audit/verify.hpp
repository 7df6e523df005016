// Walks the audit log from its first row and says where it was tampered with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "platform/audit/audit_log.hpp"

namespace valion::audit {

struct Break {
  std::int64_t sequence = 0;  // of the first row that does not fit
  std::string reason;         // for people
};

struct Verification {
  std::int64_t rows = 0;  // that fit
  Head head;              // of the last row that fits; to be kept outside
  std::optional<Break> broken;
};

// Checks, in one moment of the database: the sequence has no gap and no stranger, each row's hash is that of its content, each stands
// on the one before, names and addresses that are still there are the ones that were hashed, the last row is the head. `anchor`: a
// head that was kept elsewhere; the chain must go through it (who rewrites the whole log from some row on, head and all, is found
// by this only). The Result is for the database. Blocking; one pass, constant memory.
[[nodiscard]] Result<Verification> verify(sql::Database& database, const std::optional<Head>& anchor = {});

}  // namespace valion::audit

// What can go wrong, as values.
//
// One closed list of kinds serves every layer: a kind says how the caller should react, and platform/http/problem.cpp
// holds the one table from kind to HTTP status, problem type and metric label. Exceptions are kept for «cannot start».
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace valion {

enum class ErrorKind {
  malformed,        // the bytes are not what they claim to be (not JSON, not CSV)
  invalid,          // well-formed, but breaks a rule; the violations say which
  unauthenticated,  // no credential, or one that does not verify
  expired,          // a credential that was good and is no longer
  forbidden,        // a good credential that may not do this
  not_found,        // no such thing, or not this tenant's
  method_not_allowed,
  conflict,  // the thing is in a state that refuses this
  precondition_failed,
  length_required,
  too_large,  // over a stated size limit
  unsupported_media_type,
  too_many_requests,
  unavailable,  // a dependency is down or we shed load; trying later may help
  bad_gateway,  // an upstream answered nonsense
  timeout,
  cancelled,
  interrupted,  // the process that did the work ended before the work did
  internal      // our bug
};

// One broken rule. `pointer` is a JSON Pointer (RFC 6901) into the request, empty when the offence is in a file;
// then `row` (1-based, counting data rows, the header is row 0) and `column` say where.
struct Violation {
  std::string pointer;
  std::string message;
  std::int64_t row = -1;
  std::string column;
  std::string value;
};

// `violations` holds at most the first kMaxReportedViolations; `violation_total` counts all of them.
inline constexpr std::size_t kMaxReportedViolations = 1000;

struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;
  std::vector<Violation> violations;
  std::int64_t violation_total = 0;

  // Keeps the first thousand, counts the rest.
  void add(Violation violation);
};

[[nodiscard]] Error make_error(ErrorKind kind, std::string message);
[[nodiscard]] std::string_view name_of(ErrorKind kind) noexcept;

}  // namespace valion

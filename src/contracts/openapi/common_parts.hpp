// What many operations share: headers, failures, the ways to say who calls.
#pragma once

#include <vector>

#include "contracts/openapi/operation.hpp"

namespace valion::openapi {

// The members of `components/headers`, `components/responses` and `components/securitySchemes`.
[[nodiscard]] JsonObject common_headers(Language language);
[[nodiscard]] JsonObject common_failures(SchemaBook& book);
[[nodiscard]] JsonObject security_schemes(Language language);

// The failing statuses that an operation may answer, in order.
[[nodiscard]] std::vector<int> failures_of(const Operation& operation);
// The component of a failing status: `404` > `NotFound`.
[[nodiscard]] std::string_view failure_name(int status);

}  // namespace valion::openapi

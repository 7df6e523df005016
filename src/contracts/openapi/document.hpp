// The OpenAPI 3.1 document of the whole API, made from the contract types and the operations. Deterministic: the same program
// gives the same bytes.
#pragma once

#include <string>
#include <string_view>

#include "contracts/openapi/schema.hpp"

namespace valion::openapi {

// JSON, about 150 kB. `version`: of the program. Throws std::logic_error when two types or operations have one name (a test
// makes it, so it never does). Costs milliseconds: make it once.
[[nodiscard]] std::string document(std::string_view version, Language language);

// `{version:hash}` > `{version}`
[[nodiscard]] std::string path_of(std::string_view path_template);

}  // namespace valion::openapi

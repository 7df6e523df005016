// The API's description as a page for people: one HTML file that asks for nothing else, made from the OpenAPI document.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "contracts/openapi/schema.hpp"

namespace valion::gateway {

// `document`: of contracts/openapi/document.hpp, in that language. malformed when it is no JSON. Costs milliseconds: make it once.
[[nodiscard]] Result<std::string> documentation_page(std::string_view document, openapi::Language language);
// What allows that page's style and nothing more: the value of Content-Security-Policy.
[[nodiscard]] std::string page_policy();

}  // namespace valion::gateway

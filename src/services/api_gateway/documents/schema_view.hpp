// Schemas and parameters of the document as HTML.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "contracts/openapi/operation.hpp"
#include "platform/json/node.hpp"

namespace valion::gateway {

[[nodiscard]] std::optional<json::Node> member_of(const json::Node& object, std::string_view name);
[[nodiscard]] std::string text_of(const json::Node& object, std::string_view name);  // empty when it is not there

// `Room`, `list of Room`, `number`, with a link where there is a component.
[[nodiscard]] std::string type_html(const json::Node& schema, openapi::Language language);
// What it may hold: `1 to 20 characters`, `one of …`.
[[nodiscard]] std::string limits_html(const json::Node& schema, openapi::Language language);
// The members of an object's schema as a table.
[[nodiscard]] std::string members_html(const json::Node& schema, openapi::Language language);
[[nodiscard]] std::string parameters_html(const json::Node& parameters, openapi::Language language);

}  // namespace valion::gateway

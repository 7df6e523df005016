// The members of a JSON object by name, each of which must stand once: what two readers may read differently is no
// token.
#pragma once

#include <map>
#include <optional>
#include <string_view>

#include "platform/json/node.hpp"

namespace valion::auth {

using Members = std::map<std::string_view, json::Node>;

// Nothing when `node` is no object or a name stands twice. Valid while the document lives.
[[nodiscard]] std::optional<Members> unique_members(const json::Node& node);

// The text of a member; nothing when it is absent or no text.
[[nodiscard]] std::optional<std::string_view> text_of(const Members& members, std::string_view name);

}  // namespace valion::auth

// Text that comes from elsewhere, in HTML: in elements and in quoted attributes.
#pragma once

#include <string>
#include <string_view>

namespace valion::http {

[[nodiscard]] std::string html_escaped(std::string_view text);

}  // namespace valion::http

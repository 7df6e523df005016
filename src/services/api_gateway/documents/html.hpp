// Writing HTML: everything that comes from elsewhere is escaped.
#pragma once

#include <string>
#include <string_view>

namespace valion::gateway::html {

// `**bold**`, `` `code` `` and blank lines between paragraphs; everything else is text.
[[nodiscard]] std::string paragraphs(std::string_view text);
[[nodiscard]] std::string inline_text(std::string_view text);
// `<name>text</name>`, escaped.
[[nodiscard]] std::string element(std::string_view name, std::string_view text, std::string_view css_class = {});

}  // namespace valion::gateway::html

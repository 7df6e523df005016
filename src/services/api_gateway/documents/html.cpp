#include "services/api_gateway/documents/html.hpp"

#include <algorithm>

#include "platform/http/html_text.hpp"

namespace valion::gateway::html {

std::string inline_text(std::string_view text) {
  const std::string plain = http::html_escaped(text);
  std::string out;
  bool bold = false, code = false;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (plain[i] == '`') {
      out += code ? "</code>" : "<code>";
      code = !code;
    } else if (!code && plain.compare(i, 2, "**") == 0) {
      out += bold ? "</strong>" : "<strong>";
      bold = !bold;
      ++i;
    } else {
      out += plain[i];
    }
  }
  if (code) out += "</code>";
  if (bold) out += "</strong>";
  return out;
}

std::string paragraphs(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find("\n\n"));
    text.remove_prefix(std::min(one.size() + 2, text.size()));
    out += "<p>" + inline_text(one) + "</p>\n";
  }
  return out;
}

std::string element(std::string_view name, std::string_view text, std::string_view css_class) {
  std::string out = "<" + std::string(name);
  if (!css_class.empty()) out += " class=\"" + std::string(css_class) + "\"";
  return out + ">" + http::html_escaped(text) + "</" + std::string(name) + ">";
}

}  // namespace valion::gateway::html

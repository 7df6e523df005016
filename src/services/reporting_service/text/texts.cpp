#include "services/reporting_service/text/texts.hpp"

namespace valion::reporting {

std::string Texts::fill(std::string_view pattern, const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool slot = pattern[i] == '{' && i + 2 < pattern.size() && pattern[i + 2] == '}';
    const auto index = slot ? static_cast<std::size_t>(pattern[i + 1] - '0') : parts.size();
    if (index < parts.size()) {
      text += parts[index];
      i += 2;
    } else {
      text += pattern[i];
    }
  }
  return text;
}

const Texts& texts_of(Language language) { return language == Language::english ? kEnglish : kBrazilianPortuguese; }

}  // namespace valion::reporting

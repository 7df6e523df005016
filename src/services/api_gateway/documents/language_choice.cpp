#include "services/api_gateway/documents/language_choice.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace valion::gateway {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Whether `range` is `language` or one of its regions.
bool means(std::string_view range, std::string_view language) {
  const std::string_view primary = range.substr(0, range.find('-'));
  const auto same = [](char a, char b) { return (a | 0x20) == b; };
  return std::equal(primary.begin(), primary.end(), language.begin(), language.end(), same);
}

// Thousandths; a weight that is none counts as 0.
int weight_of(std::string_view parameters) {
  const auto at = parameters.find("q=");
  if (at == std::string_view::npos) return 1'000;
  const std::string_view digits = trimmed(parameters.substr(at + 2));
  double weight = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), weight);
  return read.ec == std::errc() && weight >= 0 && weight <= 1 ? static_cast<int>(std::lround(weight * 1'000)) : 0;
}

}  // namespace

openapi::Language choose_language(std::string_view accept_language) noexcept {
  int english = 0, portuguese = 0;
  int first_english = 0, first_portuguese = 0, place = 0;
  while (!accept_language.empty()) {
    const std::string_view one = accept_language.substr(0, accept_language.find(','));
    accept_language.remove_prefix(std::min(one.size() + 1, accept_language.size()));
    const std::string_view range = trimmed(one.substr(0, one.find(';')));
    const int weight = weight_of(one.substr(std::min(range.size(), one.size())));
    ++place;
    const bool any = range == "*";
    if ((any || means(range, "en")) && weight > english) english = weight, first_english = place;
    if (!any && means(range, "pt") && weight > portuguese) portuguese = weight, first_portuguese = place;
  }
  const bool earlier = portuguese == english && portuguese > 0 && first_portuguese < first_english;
  return portuguese > english || earlier ? openapi::Language::pt_br : openapi::Language::en;
}

}  // namespace valion::gateway

#include "app/orchestrator/exposition.hpp"

#include <algorithm>
#include <map>
#include <sstream>
#include <string_view>

namespace valion::app {
namespace {

struct Family {
  std::string name, help, type, samples;
};

Family& family_of(std::vector<Family>& families, std::string_view name) {
  const auto found =
      std::find_if(families.begin(), families.end(), [&](const Family& one) { return one.name == name; });
  if (found != families.end()) return *found;
  families.push_back({std::string(name), "", "", ""});
  return families.back();
}

// `# HELP name words` > name; empty when the line is something else.
std::string_view subject(std::string_view line, std::string_view keyword) {
  if (!line.starts_with(keyword)) return {};
  line.remove_prefix(keyword.size());
  return line.substr(0, line.find(' '));
}

}  // namespace

std::string join_expositions(const std::vector<std::string>& texts) {
  std::vector<Family> families;
  for (const std::string& text : texts) {
    std::istringstream lines(text);
    std::string current;
    for (std::string line; std::getline(lines, line);) {
      if (const auto name = subject(line, "# HELP "); !name.empty()) {
        current = name;
        family_of(families, current).help = line + "\n";
      } else if (const auto typed = subject(line, "# TYPE "); !typed.empty()) {
        current = typed;
        family_of(families, current).type = line + "\n";
      } else if (!line.empty() && line[0] != '#' && !current.empty()) {
        family_of(families, current).samples += line + "\n";
      }
    }
  }
  std::string joined;
  for (const Family& family : families) joined += family.help + family.type + family.samples;
  return joined;
}

}  // namespace valion::app

// A plain table for the terminal: columns as wide as they need, numbers to the right.
#pragma once

#include <string>
#include <vector>

namespace valion::app {

struct TextTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  // each as long as the header
};

// First column to the left, the others to the right; widths count characters, not bytes (UTF-8).
[[nodiscard]] std::string to_text(const TextTable& table);

}  // namespace valion::app

#include "app/terminal/table.hpp"

#include <algorithm>

namespace valion::app {
namespace {

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width, bool left) {
  const std::string blanks(width - characters(text), ' ');
  return left ? text + blanks : blanks + text;
}

std::string row_text(const std::vector<std::string>& row, const std::vector<std::size_t>& widths) {
  std::string text;
  for (std::size_t column = 0; column < row.size(); ++column) {
    text += (column == 0 ? "  " : "   ") + padded(row[column], widths[column], column == 0);
  }
  return text + "\n";
}

}  // namespace

std::string to_text(const TextTable& table) {
  std::vector<std::size_t> widths;
  for (std::size_t column = 0; column < table.header.size(); ++column) {
    std::size_t width = characters(table.header[column]);
    for (const auto& row : table.rows) width = std::max(width, characters(row[column]));
    widths.push_back(width);
  }
  std::string text = row_text(table.header, widths);
  std::size_t rule = 0;
  for (const std::size_t width : widths) rule += width + 3;
  text += "  ";
  for (std::size_t cell = 0; cell + 3 < rule; ++cell) text += "─";
  text += "\n";
  for (const auto& row : table.rows) text += row_text(row, widths);
  return text;
}

}  // namespace valion::app

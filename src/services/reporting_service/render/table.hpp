// Tables that fit whatever they hold: columns as wide as their contents when there is room, wrapped when there is not, rows
// never cut, the heading repeated on each page. Tagged.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/reporting_service/render/flow.hpp"

namespace valion::reporting {

struct TableColumn {
  std::string title;
  Align align = Align::left;
  bool wraps = false;  // gives way first when there is too little room, takes the rest when there is more
};

struct TableRow {
  std::vector<std::string> cells;
  bool bold = false;
  std::optional<Colour> mark;    // a small square before the first cell: ties the row to a chart
  std::optional<Colour> colour;  // of the last cell
};

struct Table {
  std::vector<TableColumn> columns;
  std::vector<TableRow> rows;  // each with as many cells as there are columns
  TextStyle style = theme::kTableCell;
  double width = theme::kWidth;
};

void draw(Flow& flow, const Table& table);

// Names and values in two columns of pairs, row by row.
struct Pair {
  std::string name, value;
};
void draw_pairs(Flow& flow, const std::vector<Pair>& pairs);

}  // namespace valion::reporting

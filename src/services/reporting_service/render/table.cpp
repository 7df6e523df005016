#include "services/reporting_service/render/table.hpp"

#include <algorithm>
#include <numeric>

namespace valion::reporting {
namespace {

constexpr double kGap = 9;       // between columns
constexpr double kPad = 2.6;     // above and below a row
constexpr double kMark = 9;      // room for a row's mark
constexpr double kLeast = 34;    // of a column that wraps
constexpr double kWord = 80;     // the longest word of a heading that is kept whole
constexpr double kHeading = 62;  // up to this wide a heading stays on one line when there is room

double longest_word(const Canvas& canvas, const std::string& text, const TextStyle& style) {
  double widest = 0;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    widest = std::max(widest, canvas.measure(text.substr(begin, end - begin), style).width);
    begin = end + 1;
  }
  return widest;
}

TextStyle style_of(const Table& table, const TableRow& row, std::size_t column) {
  TextStyle style = table.style;
  style.bold = style.bold || row.bold;
  if (row.colour && column + 1 == table.columns.size()) style.colour = *row.colour;
  return style;
}

bool has_marks(const Table& table) {
  return std::any_of(table.rows.begin(), table.rows.end(), [](const TableRow& row) { return row.mark.has_value(); });
}

double heading_word(const Canvas& canvas, const Table& table, std::size_t column) {
  return std::min(longest_word(canvas, table.columns[column].title, theme::kTableHead) + 0.5, kWord);
}

std::vector<double> natural_widths(const Canvas& canvas, const Table& table) {
  std::vector<double> widths;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    double width = heading_word(canvas, table, c);
    for (const TableRow& row : table.rows) {
      width = std::max(width, canvas.measure(row.cells[c], style_of(table, row, c)).width);
    }
    widths.push_back(width + 0.5 + (c == 0 && has_marks(table) ? kMark : 0));
  }
  return widths;
}

// Takes `excess` from the columns named by `which`, widest first, each down to its least; returns what it could not take.
double shrink(std::vector<double>& widths, const std::vector<double>& least, const std::vector<std::size_t>& which,
              double excess) {
  while (excess > 0.01) {
    std::size_t widest = widths.size();
    for (const std::size_t c : which) {
      if (widths[c] > least[c] + 0.01 && (widest == widths.size() || widths[c] > widths[widest])) widest = c;
    }
    if (widest == widths.size()) break;
    const double step = std::min({excess, widths[widest] - least[widest], 4.0});
    widths[widest] -= step;
    excess -= step;
  }
  return excess;
}

void give_to_headings(const Canvas& canvas, const Table& table, std::vector<double>& widths, double room) {
  for (std::size_t c = 0; c < widths.size(); ++c) {
    const double whole = std::min(canvas.measure(table.columns[c].title, theme::kTableHead).width + 1, kHeading);
    const double more = std::clamp(whole - widths[c], 0.0, room);
    widths[c] += more;
    room -= more;
  }
}

std::vector<double> fit_widths(const Canvas& canvas, const Table& table) {
  std::vector<double> widths = natural_widths(canvas, table);
  const double available = table.width - kGap * static_cast<double>(widths.size() - 1);
  std::vector<std::size_t> wrapping, all(widths.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  for (const std::size_t c : all) {
    if (table.columns[c].wraps) wrapping.push_back(c);
  }
  const double total = std::accumulate(widths.begin(), widths.end(), 0.0);
  if (total > available) {
    std::vector<double> least;
    for (const std::size_t c : all)
      least.push_back(std::min(widths[c], std::max(kLeast, heading_word(canvas, table, c))));
    double rest = shrink(widths, least, wrapping, total - available);
    rest = shrink(widths, least, all, rest);
    shrink(widths, std::vector<double>(widths.size(), kLeast / 2), all, rest);
  } else {
    give_to_headings(canvas, table, widths, available - total);
    const double left = available - std::accumulate(widths.begin(), widths.end(), 0.0);
    for (double& width : widths) width += left * (wrapping.empty() ? 1.0 : 0.45) / static_cast<double>(widths.size());
    for (const std::size_t c : wrapping) widths[c] += left * 0.55 / static_cast<double>(wrapping.size());
  }
  return widths;
}

class Setter {
 public:
  Setter(Flow& flow, const Table& table)
      : flow_(flow),
        canvas_(flow.canvas()),
        table_(table),
        widths_(fit_widths(flow.canvas(), table)),
        marks_(has_marks(table)) {}

  void set() {
    const double first = table_.rows.empty() ? 0 : height_of(table_.rows.front());
    flow_.need(head_height() + first + 8);
    canvas_.begin_tag("Table");
    head();
    for (const TableRow& row : table_.rows) {
      const double height = height_of(row);
      if (height > flow_.room() && height < 500) {
        canvas_.end_tag("Table");
        flow_.new_page();
        canvas_.begin_tag("Table");
        head();
      }
      body(row, height);
    }
    canvas_.end_tag("Table");
    flow_.space(6);
  }

 private:
  [[nodiscard]] double indent(std::size_t column) const { return column == 0 && marks_ ? kMark : 0; }

  [[nodiscard]] double head_height() const {
    double height = 0;
    for (std::size_t c = 0; c < widths_.size(); ++c) {
      height =
          std::max(height, canvas_.measure(table_.columns[c].title, theme::kTableHead, widths_[c] - indent(c)).height);
    }
    return height + 5;
  }

  [[nodiscard]] double height_of(const TableRow& row) const {
    double height = 0;
    for (std::size_t c = 0; c < widths_.size(); ++c) {
      height = std::max(height, canvas_.measure(row.cells[c], style_of(table_, row, c), widths_[c] - indent(c)).height);
    }
    return height + 2 * kPad;
  }

  void rule(double width, Colour colour) {
    canvas_.line({theme::kLeft, flow_.y()}, {theme::kLeft + table_.width, flow_.y()}, {width, colour});
  }

  void head() {
    const double height = head_height();
    const Tag row(canvas_, "TR");
    double x = theme::kLeft;
    for (std::size_t c = 0; c < widths_.size(); ++c) {
      const Tag cell(canvas_, "TH");
      const double width = widths_[c] - indent(c);
      const double text = canvas_.measure(table_.columns[c].title, theme::kTableHead, width).height;
      canvas_.text({x + indent(c), flow_.y() + height - 4 - text}, table_.columns[c].title, theme::kTableHead, width,
                   table_.columns[c].align);
      x += widths_[c] + kGap;
    }
    flow_.space(height);
    rule(0.8, theme::kBrand);
  }

  void body(const TableRow& row, double height) {
    const Tag line(canvas_, "TR");
    double x = theme::kLeft;
    if (row.mark) canvas_.fill({x, flow_.y() + kPad + 2, 5, 5}, *row.mark, 1);
    for (std::size_t c = 0; c < widths_.size(); ++c) {
      const Tag cell(canvas_, "TD");
      canvas_.text({x + indent(c), flow_.y() + kPad}, row.cells[c], style_of(table_, row, c), widths_[c] - indent(c),
                   table_.columns[c].align);
      x += widths_[c] + kGap;
    }
    flow_.space(height);
    rule(0.4, theme::kHairline);
  }

  Flow& flow_;
  Canvas& canvas_;
  const Table& table_;
  std::vector<double> widths_;
  bool marks_;
};

}  // namespace

void draw(Flow& flow, const Table& table) { Setter(flow, table).set(); }

void draw_pairs(Flow& flow, const std::vector<Pair>& pairs) {
  constexpr double kColumn = (theme::kWidth - 18) / 2;
  constexpr double kName = 0.42;
  Canvas& canvas = flow.canvas();
  const TextStyle name_style{7.8, theme::kMuted};
  for (std::size_t i = 0; i < pairs.size(); i += 2) {
    double height = 0;
    const std::size_t end = std::min(i + 2, pairs.size());
    for (std::size_t k = i; k < end; ++k) {
      height = std::max({height, canvas.measure(pairs[k].name, name_style, kColumn * kName - 6).height,
                         canvas.measure(pairs[k].value, theme::kTableCell, kColumn * (1 - kName)).height});
    }
    height += 2 * kPad;
    flow.need(height);
    for (std::size_t k = i; k < end; ++k) {
      const double x = theme::kLeft + static_cast<double>(k - i) * (kColumn + 18);
      {
        const Tag tag(canvas, "P");
        canvas.text({x, flow.y() + kPad}, pairs[k].name, name_style, kColumn * kName - 6);
      }
      const Tag tag(canvas, "P");
      canvas.text({x + kColumn * kName, flow.y() + kPad}, pairs[k].value, theme::kTableCell, kColumn * (1 - kName));
      canvas.line({x, flow.y() + height}, {x + kColumn, flow.y() + height}, {0.4, theme::kHairline});
    }
    flow.space(height);
  }
  flow.space(6);
}

}  // namespace valion::reporting

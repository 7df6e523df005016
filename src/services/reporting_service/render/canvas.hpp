// Drawing on the pages of a tagged PDF: Cairo for lines, Pango for text, in points from the top left corner.
//
// Not thread-safe; independent canvases may be used on different threads. Text is set in DejaVu (embedded, without
// ligatures, so that what is copied out is what was written); text is UTF-8, control characters are left out.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "services/reporting_service/render/theme.hpp"

namespace valion::reporting {

struct Point {
  double x = 0, y = 0;
};

struct Size {
  double width = 0, height = 0;
};

struct Box {
  double x = 0, y = 0, width = 0, height = 0;
  [[nodiscard]] double right() const { return x + width; }
  [[nodiscard]] double bottom() const { return y + height; }
  [[nodiscard]] Box inset(double left, double top, double right_side, double bottom_side) const {
    return {x + left, y + top, width - left - right_side, height - top - bottom_side};
  }
};

enum class Align { left, centre, right };

struct DocumentInfo {
  std::string title, subject, author, creator;
  std::string created_at;  // RFC 3339; the document never shows when it was drawn
};

class Canvas {
 public:
  explicit Canvas(const DocumentInfo& info);
  ~Canvas();
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  void end_page();  // ends the current page; the first begins with the canvas

  // How large `text` is when wrapped at `width` (0: one line, never wrapped).
  [[nodiscard]] Size measure(std::string_view text, const TextStyle& style, double width = 0) const;
  // Draws with the top left corner of the block at `at`; returns what measure() says. Words longer than the width are broken.
  Size text(Point at, std::string_view text, const TextStyle& style, double width = 0, Align align = Align::left);
  // One line beside a point: anchored at x by `align`, vertically centred on y, shortened with «…» beyond `width` (0: never).
  void label(Point at, std::string_view text, const TextStyle& style, Align align = Align::left, double width = 0);

  void line(Point from, Point to, const Stroke& stroke);
  void polyline(const std::vector<Point>& points, const Stroke& stroke);
  void fill(const Box& box, Colour colour, double radius = 0);
  void outline(const Box& box, const Stroke& stroke, double radius = 0);
  void polygon(const std::vector<Point>& points, Colour colour);
  void dot(Point centre, double radius, Colour colour);
  void circle(Point centre, double radius, const Stroke& stroke);
  void push_clip(const Box& box);
  void pop_clip();

  // Structure (ISO 32000 14.8): balanced, never across a page end. Figures take their alternative text in order.
  void begin_tag(const char* name);
  void end_tag(const char* name);
  void begin_figure(std::string alternative);
  void end_figure();
  // A bookmark to a height of the current page.
  void bookmark(std::string_view title, double y);

  [[nodiscard]] int page() const;  // from 1
  [[nodiscard]] const std::vector<std::string>& alternatives() const;
  // The file; the canvas is used up. internal when Cairo failed.
  [[nodiscard]] Result<std::string> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Tags what is drawn while it lives.
class Tag {
 public:
  Tag(Canvas& canvas, const char* name) : canvas_(canvas), name_(name) { canvas_.begin_tag(name_); }
  ~Tag() { canvas_.end_tag(name_); }
  Tag(const Tag&) = delete;
  Tag& operator=(const Tag&) = delete;

 private:
  Canvas& canvas_;
  const char* name_;
};

}  // namespace valion::reporting

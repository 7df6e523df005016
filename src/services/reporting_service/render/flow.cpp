#include "services/reporting_service/render/flow.hpp"

#include <utility>

namespace valion::reporting {
namespace {

constexpr double kHeadY = 36;
constexpr double kFootY = theme::kPageHeight - 34;
constexpr double kBulletIndent = 12;

}  // namespace

Flow::Flow(Canvas& canvas, RunningText running) : canvas_(canvas), running_(std::move(running)) { running_text(); }

void Flow::running_text() {
  const double right = theme::kPageWidth - theme::kRight;
  if (canvas_.page() > 1) {
    canvas_.label({theme::kLeft, kHeadY}, running_.head_left, theme::kRunning, Align::left, theme::kWidth * 0.6);
    canvas_.label({right, kHeadY}, running_.head_right, theme::kRunning, Align::right, theme::kWidth * 0.38);
    canvas_.line({theme::kLeft, kHeadY + 9}, {right, kHeadY + 9}, {0.5, theme::kHairline});
  }
  canvas_.line({theme::kLeft, kFootY - 10}, {right, kFootY - 10}, {0.5, theme::kHairline});
  canvas_.label({theme::kLeft, kFootY}, running_.foot_left, theme::kRunning, Align::left, theme::kWidth * 0.8);
  canvas_.label({right, kFootY}, running_.foot_right(canvas_.page()), theme::kRunning, Align::right);
}

void Flow::new_page() {
  canvas_.end_page();
  y_ = theme::kTop;
  running_text();
}

void Flow::need(double height) {
  if (height > room() && y_ > theme::kTop) new_page();
}

void Flow::section(std::string_view title, double with) {
  ++section_;
  if (y_ > theme::kTop) space(16);
  const std::string numbered = std::to_string(section_) + "  " + std::string(title);
  const Size size = canvas_.measure(numbered, theme::kSectionTitle, theme::kWidth);
  need(size.height + 12 + with);
  canvas_.bookmark(numbered, y_ - 8);
  const Tag tag(canvas_, "H1");
  canvas_.text({theme::kLeft, y_}, numbered, theme::kSectionTitle, theme::kWidth);
  y_ += size.height + 4;
  canvas_.line({theme::kLeft, y_}, {theme::kLeft + theme::kWidth, y_}, {0.9, theme::kBrand});
  y_ += 8;
}

void Flow::subtitle(std::string_view title, double with) {
  const Size size = canvas_.measure(title, theme::kSubtitle, theme::kWidth);
  if (y_ > theme::kTop) space(8);
  need(size.height + 5 + with);
  const Tag tag(canvas_, "H2");
  canvas_.text({theme::kLeft, y_}, title, theme::kSubtitle, theme::kWidth);
  y_ += size.height + 5;
}

void Flow::paragraph(std::string_view text, const TextStyle& style) {
  const Size size = canvas_.measure(text, style, theme::kWidth);
  need(size.height);
  const Tag tag(canvas_, "P");
  canvas_.text({theme::kLeft, y_}, text, style, theme::kWidth);
  y_ += size.height + 7;
}

void Flow::bullets(const std::vector<std::string>& items, const TextStyle& style) {
  for (const std::string& item : items) {
    const double width = theme::kWidth - kBulletIndent;
    const Size size = canvas_.measure(item, style, width);
    need(size.height);
    const Tag tag(canvas_, "P");
    canvas_.dot({theme::kLeft + 3.5, y_ + style.size * 0.62}, 1.5, theme::kAccent);
    canvas_.text({theme::kLeft + kBulletIndent, y_}, item, style, width);
    y_ += size.height + 4;
  }
}

void Flow::figure(double height, std::string alternative, const std::function<void(Canvas&, const Box&)>& draw) {
  need(height);
  canvas_.begin_figure(std::move(alternative));
  draw(canvas_, {theme::kLeft, y_, theme::kWidth, height});
  canvas_.end_figure();
  y_ += height + 6;
}

}  // namespace valion::reporting

// Setting text and figures one below the other, over as many pages as it takes, with running head and foot.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "services/reporting_service/render/canvas.hpp"

namespace valion::reporting {

struct RunningText {
  std::string head_left, head_right, foot_left;
  std::function<std::string(int page)> foot_right;  // «page 2 of 9»
};

class Flow {
 public:
  Flow(Canvas& canvas, RunningText running);

  [[nodiscard]] Canvas& canvas() { return canvas_; }
  [[nodiscard]] double y() const { return y_; }
  void set_y(double y) { y_ = y; }
  [[nodiscard]] double room() const { return theme::kPageHeight - theme::kBottom - y_; }
  // Begins a new page unless `height` still fits.
  void need(double height);
  void new_page();
  void space(double height) { y_ += height; }

  // A numbered section; it keeps at least `with` points of what follows on its page.
  void section(std::string_view title, double with = 120);
  void subtitle(std::string_view title, double with = 60);
  void paragraph(std::string_view text, const TextStyle& style = theme::kBody);
  void note(std::string_view text) { paragraph(text, theme::kNote); }
  void bullets(const std::vector<std::string>& items, const TextStyle& style = theme::kBody);

  // Reserves a box over the whole width and draws in it, as a tagged figure with an alternative text.
  void figure(double height, std::string alternative, const std::function<void(Canvas&, const Box&)>& draw);

 private:
  void running_text();

  Canvas& canvas_;
  RunningText running_;
  double y_ = theme::kTop;
  int section_ = 0;
};

}  // namespace valion::reporting

#include <algorithm>
#include <cmath>

#include "services/reporting_service/render/charts.hpp"

namespace valion::reporting {
namespace {

constexpr double kMarker = 6;  // radius of a numbered marker

class Map {
 public:
  Map(Canvas& canvas, const Box& box, const report::ReportContent& content, const Voice& voice)
      : canvas_(canvas), box_(box), content_(content), voice_(voice) {
    std::vector<report::Place> places;
    for (const auto& line : content.facts.comparables) {
      if (line.place) places.push_back(*line.place);
    }
    frame_ = report::frame_around(*content.facts.place, places, box.width / box.height);
  }

  void draw() {
    canvas_.fill(box_, theme::kPanel);
    canvas_.push_clip(box_);
    rings();
    markers();
    canvas_.pop_clip();
    north();
    scale_bar();
    canvas_.outline(box_, {0.6, theme::kHairline});
  }

 private:
  [[nodiscard]] double points_per_metre() const { return box_.width / (2 * frame_.half_width); }
  [[nodiscard]] Point at(const report::Offset& offset) const {
    return {box_.x + box_.width / 2 + (offset.east - frame_.middle.east) * points_per_metre(),
            box_.y + box_.height / 2 - (offset.north - frame_.middle.north) * points_per_metre()};
  }

  void rings() {
    const Point centre = at({});
    for (const double ring : frame_.rings) {
      const double radius = ring * points_per_metre();
      canvas_.circle(centre, radius, {0.7, rgb(0xaebac4), 3});
      const double down = centre.y + radius;
      const double up = centre.y - radius;
      const double y = up > box_.y + 6 ? up : down;
      if (y < box_.y + 6 || y > box_.bottom() - 6) continue;
      const std::string text = voice_.format.distance(ring);
      const double width = canvas_.measure(text, theme::kChartLabel).width;
      canvas_.fill({centre.x - width / 2 - 2, y - 4.5, width + 4, 9}, theme::kPanel);
      canvas_.label({centre.x, y}, text, theme::kChartLabel, Align::centre);
    }
  }

  // Comparables at one spot (flats of one building) fan out around it, tied to it by a line.
  [[nodiscard]] Point free_spot(Point wanted) const {
    const auto clashes = [&](Point spot) {
      return std::any_of(taken_.begin(), taken_.end(), [&](const Point& other) {
        return std::hypot(spot.x - other.x, spot.y - other.y) < 2 * kMarker;
      });
    };
    if (!clashes(wanted)) return wanted;
    for (int turn = 1; turn < 90; ++turn) {
      const double radius = 2.1 * kMarker * (1 + turn / 8 * 0.9);
      const double angle = turn * 0.785398;
      const Point spot{wanted.x + radius * std::sin(angle), wanted.y - radius * std::cos(angle)};
      const bool inside = spot.x > box_.x + kMarker && spot.x < box_.right() - kMarker && spot.y > box_.y + kMarker &&
                          spot.y < box_.bottom() - kMarker;
      if (inside && !clashes(spot)) return spot;
    }
    return wanted;
  }

  void markers() {
    const Point subject = at({});
    taken_.push_back(subject);
    TextStyle number{6.4, theme::kPaper, true};
    std::vector<std::pair<Point, std::string>> placed;
    for (std::size_t i = 0; i < content_.facts.comparables.size(); ++i) {
      const auto& line = content_.facts.comparables[i];
      if (!line.place) continue;
      const Point true_place = at(frame_.offset_of(*line.place));
      const Point spot = free_spot(true_place);
      taken_.push_back(spot);
      placed.emplace_back(spot, std::to_string(i + 1));
      canvas_.line(true_place, spot, {0.7, theme::kBrand});
      canvas_.dot(true_place, 1.3, theme::kBrand);
    }
    for (const auto& [spot, text] : placed) {
      canvas_.dot(spot, kMarker, theme::kAccent);
      canvas_.circle(spot, kMarker, {0.8, theme::kPaper});
      canvas_.label(spot, text, number, Align::centre);
    }
    canvas_.polygon({{subject.x, subject.y - 8},
                     {subject.x + 7, subject.y},
                     {subject.x, subject.y + 8},
                     {subject.x - 7, subject.y}},
                    theme::kPaper);
    canvas_.polygon({{subject.x, subject.y - 6.4},
                     {subject.x + 5.6, subject.y},
                     {subject.x, subject.y + 6.4},
                     {subject.x - 5.6, subject.y}},
                    theme::kSubject);
  }

  void north() {
    const double x = box_.right() - 16, y = box_.y + 24;
    canvas_.fill({x - 10, box_.y + 4, 20, 32}, rgb(0xffffff, 0.85), 2);
    canvas_.polygon({{x, y - 8}, {x + 5, y + 7}, {x, y + 4}, {x - 5, y + 7}}, theme::kBrand);
    TextStyle letter{6.6, theme::kBrand, true};
    canvas_.label({x, box_.y + 10}, voice_.texts.north_letter, letter, Align::centre);
  }

  void scale_bar() {
    const double length = frame_.scale_bar * points_per_metre();
    const double x = box_.x + 10, y = box_.bottom() - 10;
    const std::string text = voice_.format.distance(frame_.scale_bar);
    canvas_.fill({x - 5, y - 14, std::max(length, canvas_.measure(text, theme::kChartLabel).width) + 10, 20},
                 rgb(0xffffff, 0.85), 2);
    canvas_.line({x, y}, {x + length, y}, {1.4, theme::kInk});
    canvas_.line({x, y - 3}, {x, y + 3}, {0.8, theme::kInk});
    canvas_.line({x + length, y - 3}, {x + length, y + 3}, {0.8, theme::kInk});
    canvas_.label({x, y - 8}, text, theme::kChartLabel);
  }

  Canvas& canvas_;
  Box box_;
  const report::ReportContent& content_;
  const Voice& voice_;
  report::MapFrame frame_;
  std::vector<Point> taken_;
};

}  // namespace

void draw_comparables_map(Canvas& canvas, const Box& box, const report::ReportContent& content, const Voice& voice) {
  Map(canvas, box, content, voice).draw();
}

}  // namespace valion::reporting

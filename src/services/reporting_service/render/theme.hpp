// How reports look: the one place for colours, sizes and measures. Lengths in points (1/72 inch) on A4.
#pragma once

#include <cstdint>

namespace valion::reporting {

struct Colour {
  double red = 0, green = 0, blue = 0, alpha = 1;
};

constexpr Colour rgb(std::uint32_t hex, double alpha = 1) {
  return {((hex >> 16) & 255) / 255.0, ((hex >> 8) & 255) / 255.0, (hex & 255) / 255.0, alpha};
}

struct TextStyle {
  double size = 9;
  Colour colour = rgb(0x1c2733);
  bool bold = false;
  bool mono = false;
  double line_spacing = 1.0;
};

struct Stroke {
  double width = 0.6;
  Colour colour = rgb(0x1c2733);
  double dash = 0;  // length of dashes and gaps; 0: solid
};

namespace theme {

inline constexpr double kPageWidth = 595.276, kPageHeight = 841.89;
inline constexpr double kLeft = 54, kRight = 54, kTop = 66, kBottom = 62;
inline constexpr double kWidth = kPageWidth - kLeft - kRight;

inline constexpr Colour kInk = rgb(0x1c2733);
inline constexpr Colour kMuted = rgb(0x5a6875);
inline constexpr Colour kHairline = rgb(0xcfd7de);
inline constexpr Colour kGrid = rgb(0xe6ebef);
inline constexpr Colour kPaper = rgb(0xffffff);
inline constexpr Colour kPanel = rgb(0xf3f6f8);
inline constexpr Colour kBrand = rgb(0x12405c);
inline constexpr Colour kAccent = rgb(0x1f6f8b);  // the model, effects that raise the value
inline constexpr Colour kAccentSoft = rgb(0xa9cdd9);
inline constexpr Colour kOpposite = rgb(0xb9582a);   // effects that lower the value, figures outside a range
inline constexpr Colour kBenchmark = rgb(0x8a6d3b);  // somebody else's values
inline constexpr Colour kSubject = rgb(0xd08a1d);    // the property that is valued
inline constexpr Colour kRangeBand = rgb(0xdcecdf);  // inside a published range
inline constexpr Colour kGood = rgb(0x2f7d4f);

inline constexpr TextStyle kBody{8.8, kInk, false, false, 1.12};
inline constexpr TextStyle kNote{7.4, kMuted, false, false, 1.08};
inline constexpr TextStyle kSectionTitle{14, kBrand, true};
inline constexpr TextStyle kSubtitle{9.6, kBrand, true};
inline constexpr TextStyle kTableHead{7.2, kMuted, true};
inline constexpr TextStyle kTableCell{7.8, kInk};
inline constexpr TextStyle kChartLabel{7, kMuted};
inline constexpr TextStyle kChartValue{7, kInk};
inline constexpr TextStyle kRunning{7, kMuted};
inline constexpr TextStyle kHash{6.9, kInk, false, true};

}  // namespace theme
}  // namespace valion::reporting

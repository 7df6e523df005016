// The small market of `valion test`: 240 sales whose prices are known, and a study of them, in a folder of their own.
#pragma once

#include <filesystem>

namespace valion::app {

inline constexpr int kSmokeSales = 240;
inline constexpr double kSmokeMedianArea = 139.5;  // of 20 … 259

class SmokeMarket {
 public:
  SmokeMarket();   // throws std::filesystem::filesystem_error when there is no room for it
  ~SmokeMarket();  // removes the folder
  SmokeMarket(const SmokeMarket&) = delete;
  SmokeMarket& operator=(const SmokeMarket&) = delete;
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path study() const { return folder_ / "study.json"; }

 private:
  std::filesystem::path folder_;
};

}  // namespace valion::app

// Shows long work on a terminal: one line a step with a bar that moves, its time, and what came out. Where the output is
// not a terminal there is one line per finished step, no bar and no colour.
#pragma once

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace valion::app {

struct StepTime {
  std::string name;
  double seconds = 0;
};

class Steps {
 public:
  // Writes to `output` (not owned); null: silent, times are kept all the same.
  explicit Steps(std::FILE* output);
  void begin(std::string name, std::string title);
  void progress(double fraction, std::string_view stage);  // 0 to 1
  void end(std::string_view outcome);
  void failed(std::string_view reason);
  [[nodiscard]] const std::vector<StepTime>& times() const noexcept { return times_; }

 private:
  [[nodiscard]] double elapsed() const;
  void line(std::string_view mark, std::string_view text, bool last);

  std::FILE* output_;
  bool terminal_;
  bool colours_;
  std::string name_, title_;
  std::chrono::steady_clock::time_point started_;
  std::vector<StepTime> times_;
};

}  // namespace valion::app

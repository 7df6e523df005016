#include "app/terminal/steps.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/terminal/colours.hpp"

namespace valion::app {
namespace {

constexpr int kBarCells = 24;

std::string bar(double fraction) {
  const int full = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * kBarCells + 0.5);
  std::string cells;
  for (int cell = 0; cell < kBarCells; ++cell) cells += cell < full ? "█" : "░";
  return cells;
}

}  // namespace

Steps::Steps(std::FILE* output) : output_(output), terminal_(is_terminal(output)), colours_(shows_colours(output)) {}

double Steps::elapsed() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
}

void Steps::line(std::string_view mark, std::string_view text, bool last) {
  if (output_ == nullptr || (!terminal_ && !last)) return;
  const std::string content = fmt::format("{} {:<36} {:>7.2f} s  {}", mark, title_, elapsed(), text);
  if (terminal_) {
    fmt::print(output_, "\r\033[K{}{}", content, last ? "\n" : "");
  } else {
    fmt::print(output_, "{}\n", content);
  }
  std::fflush(output_);
}

void Steps::begin(std::string name, std::string title) {
  name_ = std::move(name);
  title_ = std::move(title);
  started_ = std::chrono::steady_clock::now();
  line("·", "", false);
}

void Steps::progress(double fraction, std::string_view stage) {
  line("·", fmt::format("{} {:>3.0f} %  {}", bar(fraction), 100 * fraction, stage), false);
}

void Steps::end(std::string_view outcome) {
  times_.push_back({name_, elapsed()});
  line(colours_ ? "\033[32m✓\033[0m" : "✓", outcome, true);
}

void Steps::failed(std::string_view reason) { line(colours_ ? "\033[31m✗\033[0m" : "✗", reason, true); }

}  // namespace valion::app

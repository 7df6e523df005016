#include "app/terminal/password.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <optional>

namespace valion::app {
namespace {

// The terminal itself, whatever standard input is.
class QuietTerminal {
 public:
  QuietTerminal() : descriptor_(open("/dev/tty", O_RDWR | O_CLOEXEC)) {
    if (descriptor_ < 0 || tcgetattr(descriptor_, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    good_ = tcsetattr(descriptor_, TCSAFLUSH, &quiet) == 0;
  }
  ~QuietTerminal() {
    if (good_) tcsetattr(descriptor_, TCSAFLUSH, &before_);
    if (descriptor_ >= 0) close(descriptor_);
  }
  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;
  [[nodiscard]] bool good() const noexcept { return good_; }

  std::optional<std::string> ask(const std::string& prompt) const {
    say(prompt);
    std::string text;
    for (char c = 0; read(descriptor_, &c, 1) == 1;) {
      if (c == '\n') {
        say("\n");
        return text;
      }
      text += c;
    }
    say("\n");
    return std::nullopt;
  }
  void say(const std::string& text) const {
    if (write(descriptor_, text.data(), text.size()) < 0) return;  // nobody to tell
  }

 private:
  int descriptor_;
  termios before_{};
  bool good_ = false;
};

tl::unexpected<Error> no_password() {
  return fail(ErrorKind::invalid, "no password given; type it at a terminal, or pipe it in with --password-stdin");
}

}  // namespace

Result<std::string> ask_new_password(const std::string& whose, bool from_stdin) {
  if (from_stdin) {
    std::string line;
    if (!std::getline(std::cin, line) || line.empty()) return no_password();
    if (line.back() == '\r') line.pop_back();
    return line;
  }
  const QuietTerminal terminal;
  if (!terminal.good()) return no_password();
  for (;;) {
    const auto first = terminal.ask("New password for " + whose + ": ");
    if (!first || first->empty()) return no_password();
    const auto second = terminal.ask("The same again: ");
    if (!second) return no_password();
    if (*first == *second) return *first;
    terminal.say("They are not equal; once more.\n");
  }
}

}  // namespace valion::app

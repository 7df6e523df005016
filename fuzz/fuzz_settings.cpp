// Any bytes as a settings file; what is accepted is written and read back as the same settings.
#include <sys/mman.h>
#include <unistd.h>

#include <fstream>

#include "fuzz/harness.hpp"
#include "platform/config/settings.hpp"

namespace {

valion::Result<valion::Settings> load(std::string_view bytes) {
  const int memory = memfd_create("settings", MFD_CLOEXEC);
  const bool written = memory >= 0 && write(memory, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  if (!written) __builtin_trap();
  auto settings = valion::load_settings("/proc/self/fd/" + std::to_string(memory), {});
  close(memory);
  return settings;
}

}  // namespace

void valion::fuzz::feed(std::string_view bytes) {
  const auto settings = load(bytes);
  if (!settings) return;
  const std::string text = to_yaml(*settings);
  const auto again = load(text);
  if (!again || to_yaml(*again) != text) __builtin_trap();
}

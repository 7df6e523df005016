// Backups may run beside each other, the collector runs alone: neither takes away what the other is copying.
#pragma once

#include <fcntl.h>
#include <sys/file.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "platform/objects/open_file.hpp"

namespace valion::app {

// Held until destroyed. conflict when the other side is at work.
[[nodiscard]] inline Result<std::unique_ptr<OpenFile>> lock_collection(const std::filesystem::path& home, bool alone) {
  std::error_code error;
  std::filesystem::create_directories(home / "run", error);
  auto file = std::make_unique<OpenFile>(home / "run" / "collection.lock", O_RDWR | O_CREAT);
  if (!file->good()) return system_failure("cannot open", file->path());
  if (::flock(file->get(), (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0) return file;
  return fail(ErrorKind::conflict, alone ? "a backup, or another `valion gc`, is at work in this home; try again later"
                                         : "`valion gc` is at work in this home; try again when it has ended");
}

}  // namespace valion::app

// The files of one log, as platform/log/rotating_file.hpp leaves them: `x.log.5` … `x.log.1`, `x.log`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace valion::app {

struct LogFile {
  std::filesystem::path path;
  std::int64_t inode = 0;
  std::int64_t size = 0;  // bytes
  friend bool operator==(const LogFile& a, const LogFile& b) { return a.path == b.path && a.inode == b.inode; }
};

// Oldest first; a moment between two renames is looked at again until it holds still. Empty when there is none.
[[nodiscard]] std::vector<LogFile> files_of(const std::filesystem::path& log);

// The logs in `folder` (`ml_service.log`, `ml_service-2.log`, …) by name, without what the orchestrator makes of them.
[[nodiscard]] std::vector<std::filesystem::path> logs_in(const std::filesystem::path& folder);

inline constexpr const char* kJoinedLog = "valion.log";

}  // namespace valion::app

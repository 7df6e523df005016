// Reads a log that others write and rotate: every whole line once, in order, across rotations, from any saved place.
#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/logs/log_files.hpp"

namespace valion::app {

// Behind the last line that was read. An inode may be used again for another file, so that the file's first bytes count too.
struct LogPlace {
  std::int64_t inode = 0;
  std::int64_t offset = 0;
  std::string head;
};
BOOST_DESCRIBE_STRUCT(LogPlace, (), (inode, offset, head))

// Not thread-safe. Holds the file open that it reads, so that nothing is lost when that is rotated away meanwhile.
class LogFollower {
 public:
  // Without a place: from the beginning of the oldest file. With one whose file is gone: likewise, and gap() is true.
  LogFollower(std::filesystem::path log, const std::optional<LogPlace>& from);
  ~LogFollower();
  LogFollower(LogFollower&& other) noexcept;
  LogFollower& operator=(LogFollower&&) = delete;

  // Appends the whole lines that are there now, without their ends: at least one if there is one, then until `limit` bytes.
  // True when there may be more. A line that has no end yet is not read.
  bool read(std::vector<std::string>& lines, std::size_t limit);
  // To the end of what is there now; for those who want only what comes.
  void skip_to_end();

  [[nodiscard]] LogPlace place() const;
  [[nodiscard]] const std::filesystem::path& log() const noexcept { return log_; }
  // Lines were rotated out of existence before they could be read; told once.
  [[nodiscard]] bool take_gap() noexcept { return std::exchange(gap_, false); }

 private:
  bool open(const LogFile& file, std::int64_t offset);
  void close_file() noexcept;
  bool find(const LogPlace& place);
  bool read_here(std::vector<std::string>& lines, std::size_t limit, std::size_t& taken);
  bool go_on();  // to the next newer file, when there is one

  std::filesystem::path log_;
  int descriptor_ = -1;
  std::int64_t inode_ = 0;
  std::int64_t offset_ = 0;
  std::string head_;
  std::string rest_;  // read beyond offset_, without an end yet
  bool gap_ = false;
};

}  // namespace valion::app

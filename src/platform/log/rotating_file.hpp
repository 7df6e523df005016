// A log file that is rotated by rename and never holds half a line.
//
//   service.log > service.log.1 > … > service.log.N, the oldest dropped. A file keeps its inode when it is renamed: a follower
//   that remembers (inode, offset) finds its place again under whatever name, reads that file to its end (it grows no more) and
//   goes on with the next newer one. It must pass on whole lines only: a line without its end is not yet written.
//
// An append that returned true is in the file, whole, once, also when the process is killed the next moment (SIGKILL; the
// kernel has it). A power failure may take the last seconds: nothing is synced to disk line by line. What a killed process had
// half written was never acknowledged; the next one that opens the file cuts it off.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

namespace valion::log {

// One writer per file (ProcessHome's lock sees to it); not thread-safe.
class RotatingFile {
 public:
  // Makes the folder when it is missing. Throws std::system_error when the file cannot be opened. `kept`: rotated files beside
  // the one being written, at least 1.
  RotatingFile(std::filesystem::path file, std::size_t rotate_bytes, std::size_t kept);
  ~RotatingFile();
  RotatingFile(const RotatingFile&) = delete;
  RotatingFile& operator=(const RotatingFile&) = delete;

  // `line` without its end. Rotates before a line that would make the file longer than rotate_bytes. False when the disk is
  // full or the file cannot be written: then nothing of the line is in the file.
  bool append(std::string_view line);

 private:
  [[nodiscard]] bool open_file();
  void cut_unfinished_line();
  [[nodiscard]] bool rotate();
  [[nodiscard]] bool write_whole(std::string_view bytes);

  std::filesystem::path file_;
  std::size_t rotate_bytes_;
  std::size_t kept_;
  std::size_t size_ = 0;
  int descriptor_ = -1;
};

}  // namespace valion::log

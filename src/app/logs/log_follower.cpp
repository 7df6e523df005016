#include "app/logs/log_follower.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace valion::app {
namespace {

constexpr std::size_t kHead = 64;
constexpr std::size_t kPiece = 64 * 1024;

std::string head_of(int descriptor) {
  char bytes[kHead];
  const ssize_t got = pread(descriptor, bytes, sizeof bytes, 0);
  return std::string(bytes, got > 0 ? static_cast<std::size_t>(got) : 0);
}

std::int64_t size_of(int descriptor) {
  struct stat found {};
  return fstat(descriptor, &found) == 0 ? static_cast<std::int64_t>(found.st_size) : 0;
}

}  // namespace

LogFollower::LogFollower(std::filesystem::path log, const std::optional<LogPlace>& from) : log_(std::move(log)) {
  if (from && from->inode != 0 && !find(*from)) gap_ = true;
}

LogFollower::~LogFollower() { close_file(); }

LogFollower::LogFollower(LogFollower&& other) noexcept
    : log_(std::move(other.log_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      inode_(other.inode_),
      offset_(other.offset_),
      head_(std::move(other.head_)),
      rest_(std::move(other.rest_)),
      gap_(other.gap_) {}

void LogFollower::close_file() noexcept {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

// False when the name means another file by now.
bool LogFollower::open(const LogFile& file, std::int64_t offset) {
  const int descriptor = ::open(file.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  struct stat found {};
  if (fstat(descriptor, &found) != 0 || static_cast<std::int64_t>(found.st_ino) != file.inode) {
    ::close(descriptor);
    return false;
  }
  close_file();
  descriptor_ = descriptor;
  inode_ = file.inode;
  offset_ = offset;
  head_ = head_of(descriptor);
  rest_.clear();
  return true;
}

bool LogFollower::find(const LogPlace& place) {
  for (const LogFile& file : files_of(log_)) {
    if (file.inode != place.inode || file.size < place.offset || !open(file, place.offset)) continue;
    if (head_.starts_with(place.head)) return true;
    close_file();  // the inode again, but another file
  }
  inode_ = offset_ = 0;
  head_.clear();
  return false;
}

LogPlace LogFollower::place() const { return {inode_, offset_, head_}; }

// True when `limit` stopped it.
bool LogFollower::read_here(std::vector<std::string>& lines, std::size_t limit, std::size_t& taken) {
  for (;;) {
    std::size_t begin = 0;
    for (std::size_t end = rest_.find('\n'); end != std::string::npos && taken < limit; end = rest_.find('\n', begin)) {
      lines.push_back(rest_.substr(begin, end - begin));
      taken += end - begin + 1;
      begin = end + 1;
    }
    rest_.erase(0, begin);
    offset_ += static_cast<std::int64_t>(begin);
    if (taken >= limit) return true;
    const std::size_t before = rest_.size();
    rest_.resize(before + kPiece);
    const ssize_t got =
        pread(descriptor_, rest_.data() + before, kPiece, static_cast<off_t>(offset_) + static_cast<off_t>(before));
    rest_.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got <= 0) break;
  }
  // What has no end yet may be cut off and written anew: it is read again.
  rest_.clear();
  return false;
}

bool LogFollower::go_on() {
  const std::vector<LogFile> files = files_of(log_);
  if (files.empty()) return false;
  if (descriptor_ < 0) return open(files.front(), 0);
  const auto here = std::find_if(files.begin(), files.end(), [&](const LogFile& file) { return file.inode == inode_; });
  if (here == files.end()) return open(files.front(), 0);  // ours was rotated away: all of these are newer
  return here + 1 != files.end() && open(*(here + 1), 0);
}

bool LogFollower::read(std::vector<std::string>& lines, std::size_t limit) {
  std::size_t taken = 0;
  if (descriptor_ < 0 && !go_on()) return false;
  for (;;) {
    if (size_of(descriptor_) < offset_) {  // emptied by somebody
      offset_ = 0;
      head_.clear();
      rest_.clear();
    }
    if (head_.size() < kHead) head_ = head_of(descriptor_);
    if (read_here(lines, limit, taken)) return true;
    struct stat named {};
    const bool same = stat(log_.c_str(), &named) == 0 && static_cast<std::int64_t>(named.st_ino) == inode_;
    if (same) return false;
    // It was renamed. Its writer may have added lines between our last look and the renaming, and adds none now that the
    // next file is there.
    const std::vector<LogFile> files = files_of(log_);
    const bool successor = !files.empty() && files.back().inode != inode_;
    if (!successor) return false;
    if (read_here(lines, limit, taken)) return true;
    if (!go_on()) return false;
  }
}

void LogFollower::skip_to_end() {
  std::vector<std::string> skipped;
  while (read(skipped, 1u << 20)) skipped.clear();
}

}  // namespace valion::app

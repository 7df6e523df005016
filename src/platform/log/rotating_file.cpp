#include "platform/log/rotating_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace valion::log {
namespace {

constexpr off_t kStep = 4096;

std::filesystem::path numbered(const std::filesystem::path& file, std::size_t number) {
  return file.string() + "." + std::to_string(number);
}

// Where the last line that has its end, ends.
off_t end_of_last_whole_line(int descriptor, off_t size) {
  char piece[kStep];
  while (size > 0) {
    const off_t begin = std::max<off_t>(0, size - kStep);
    const ::ssize_t got = ::pread(descriptor, piece, static_cast<std::size_t>(size - begin), begin);
    if (got <= 0) return size;  // cannot be read: cut nothing
    const auto last = std::string_view(piece, static_cast<std::size_t>(got)).rfind('\n');
    if (last != std::string_view::npos) return begin + static_cast<off_t>(last) + 1;
    size = begin;
  }
  return 0;
}

}  // namespace

RotatingFile::RotatingFile(std::filesystem::path file, std::size_t rotate_bytes, std::size_t kept)
    : file_(std::move(file)), rotate_bytes_(rotate_bytes), kept_(std::max<std::size_t>(kept, 1)) {
  if (!open_file()) throw std::system_error(errno, std::generic_category(), "cannot open " + file_.string());
}

RotatingFile::~RotatingFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool RotatingFile::open_file() {
  std::error_code ignored;  // open() says what is wrong
  if (file_.has_parent_path()) std::filesystem::create_directories(file_.parent_path(), ignored);
  descriptor_ = ::open(file_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor_ < 0) return false;
  struct stat found {};
  const bool known = ::fstat(descriptor_, &found) == 0;
  size_ = known && S_ISREG(found.st_mode) ? static_cast<std::size_t>(found.st_size) : 0;
  if (size_ > 0) cut_unfinished_line();
  return true;
}

void RotatingFile::cut_unfinished_line() {
  const auto whole = end_of_last_whole_line(descriptor_, static_cast<off_t>(size_));
  if (::ftruncate(descriptor_, whole) == 0) size_ = static_cast<std::size_t>(whole);
}

// From the oldest to the newest, so that a kill in between leaves a gap in the numbers and never a loss.
bool RotatingFile::rotate() {
  std::error_code ignored;  // a number that is not there is such a gap
  for (std::size_t number = kept_; number > 1; --number) {
    std::filesystem::rename(numbered(file_, number - 1), numbered(file_, number), ignored);
  }
  if (::rename(file_.c_str(), numbered(file_, 1).c_str()) != 0 && errno != ENOENT)
    return true;  // go on in the long one
  const int old = descriptor_;
  if (!open_file()) {
    descriptor_ = old;
    return false;
  }
  ::close(old);
  return true;
}

bool RotatingFile::write_whole(std::string_view bytes) {
  const std::string_view all = bytes;
  while (!bytes.empty()) {
    const ::ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (bytes.empty()) {
    size_ += all.size();
    return true;
  }
  // The half that found room goes again: readers never see it as a line, and the next line begins where it began.
  if (bytes.size() < all.size() && ::ftruncate(descriptor_, static_cast<off_t>(size_)) != 0) size_ += all.size();
  return false;
}

bool RotatingFile::append(std::string_view line) {
  if (size_ > 0 && size_ + line.size() + 1 > rotate_bytes_ && !rotate()) return false;
  std::string whole;
  whole.reserve(line.size() + 1);
  whole.append(line).push_back('\n');
  return write_whole(whole);
}

}  // namespace valion::log

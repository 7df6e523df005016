#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "platform/auth/password.hpp"
#include "platform/auth/token.hpp"

namespace valion::auth {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKeyBytes = 32;

[[noreturn]] void refuse(const fs::path& file, const std::string& reason) {
  throw std::runtime_error("the key file " + file.string() + " " + reason);
}

// The key, or nothing when there is no such file.
std::string read_key(const fs::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 && errno == ENOENT) return {};
  if (descriptor < 0) refuse(file, std::string("cannot be opened: ") + std::strerror(errno));
  struct stat status {};
  std::string bytes(kKeyBytes + 1, '\0');
  const bool known = ::fstat(descriptor, &status) == 0;
  const ssize_t length = ::read(descriptor, bytes.data(), bytes.size());
  ::close(descriptor);
  if (!known || !S_ISREG(status.st_mode)) refuse(file, "is not a regular file");
  // As PostgreSQL has it: a file of root's, mounted for us (a Kubernetes secret is), may be read by our group.
  const mode_t forbidden = status.st_uid == 0 && ::geteuid() != 0 ? 037 : 077;
  if ((status.st_mode & forbidden) != 0)
    refuse(file, "can be read by others; allow only its owner (chmod 600), and make a new key");
  if (length != static_cast<ssize_t>(kKeyBytes))
    refuse(file, "must hold exactly 32 bytes; remove it and a new one is made");
  bytes.resize(kKeyBytes);
  return bytes;
}

// Written beside, then linked: link() fails when the name exists, so of two processes starting at once one key wins, and
// nobody ever reads half a key.
void create_key(const fs::path& file) {
  if (file.has_parent_path() && fs::create_directories(file.parent_path())) {
    fs::permissions(file.parent_path(), fs::perms::owner_all);
  }
  const fs::path draft = file.string() + "." + random_text(9);
  const int descriptor = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) refuse(file, std::string("cannot be created: ") + std::strerror(errno));
  std::string key(kKeyBytes, '\0');
  randombytes_buf(key.data(), key.size());
  const bool written =
      ::write(descriptor, key.data(), key.size()) == static_cast<ssize_t>(kKeyBytes) && ::fsync(descriptor) == 0;
  ::close(descriptor);
  const bool linked = written && (::link(draft.c_str(), file.c_str()) == 0 || errno == EEXIST);
  const int reason = errno;
  ::unlink(draft.c_str());
  if (!linked) refuse(file, std::string("cannot be written: ") + std::strerror(reason));
}

}  // namespace

SigningKey SigningKey::load_or_create(const fs::path& file) {
  std::string bytes = read_key(file);
  if (bytes.empty()) {
    create_key(file);
    bytes = read_key(file);
  }
  if (bytes.empty()) refuse(file, "disappeared while it was being read");
  return SigningKey(std::move(bytes));
}

}  // namespace valion::auth

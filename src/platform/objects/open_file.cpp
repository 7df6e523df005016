#include "platform/objects/open_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "platform/objects/object_store.hpp"
#include "platform/objects/sha256.hpp"

namespace valion {
namespace {

constexpr std::size_t kPiece = 1u << 20;

// read() that goes on after a signal.
ssize_t read_some(int descriptor, char* to, std::size_t bytes) {
  while (true) {
    const ssize_t length = ::read(descriptor, to, bytes);
    if (length >= 0 || errno != EINTR) return length;
  }
}

}  // namespace

tl::unexpected<Error> system_failure(const std::string& what, const std::filesystem::path& path) {
  return fail(ErrorKind::internal, what + " " + path.string() + ": " + std::strerror(errno));
}

OpenFile::OpenFile(const std::filesystem::path& path, int flags)
    : path_(path), descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}

OpenFile::OpenFile(const std::filesystem::path& folder, const std::string& prefix) : descriptor_(-1) {
  std::string name = (folder / (prefix + "XXXXXX")).string();
  descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
  path_ = std::move(name);
}

OpenFile::~OpenFile() {
  if (descriptor_ < 0) return;
  const int reason = errno;
  ::close(descriptor_);
  errno = reason;
}

Result<std::uint64_t> size_of_regular(const OpenFile& file) {
  if (!file.good()) {
    return fail(errno == ENOENT ? ErrorKind::not_found : ErrorKind::internal,
                "cannot open " + file.path().string() + ": " + std::strerror(errno));
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return fail(ErrorKind::invalid, file.path().string() + " is not a regular file");
  }
  return static_cast<std::uint64_t>(status.st_size);
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Result<Hash> hash_of(int descriptor, const std::filesystem::path& path) {
  Sha256 digest;
  std::vector<char> piece(kPiece);
  while (true) {
    const ssize_t length = read_some(descriptor, piece.data(), piece.size());
    if (length < 0) return system_failure("cannot read", path);
    if (length == 0) return digest.finish();
    digest.add({piece.data(), static_cast<std::size_t>(length)});
  }
}

Result<std::string> read_whole(int descriptor, const std::filesystem::path& path) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return system_failure("cannot read", path);
  return read_piece(descriptor, path, static_cast<std::size_t>(status.st_size));
}

Result<std::string> read_piece(int descriptor, const std::filesystem::path& path, std::size_t bytes) {
  std::string piece(bytes, '\0');
  std::size_t done = 0;
  while (done < piece.size()) {
    const ssize_t length = read_some(descriptor, piece.data() + done, piece.size() - done);
    if (length < 0) return system_failure("cannot read", path);
    if (length == 0) break;
    done += static_cast<std::size_t>(length);
  }
  piece.resize(done);
  return piece;
}

Hash sha256(std::string_view bytes) {
  Sha256 digest;
  digest.add(bytes);
  return digest.finish();
}

Result<Hash> sha256_of_file(const std::filesystem::path& path) {
  const OpenFile file(path, O_RDONLY);
  if (!file.good()) {
    return fail(errno == ENOENT ? ErrorKind::not_found : ErrorKind::internal,
                "cannot open " + path.string() + ": " + std::strerror(errno));
  }
  return hash_of(file.get(), path);
}

}  // namespace valion

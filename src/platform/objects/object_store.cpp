#include "platform/objects/object_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>
#include <vector>

#include "platform/objects/sha256.hpp"

namespace valion {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = 1u << 20;
constexpr auto kStaleAfter = std::chrono::hours{1};

tl::unexpected<Error> system_failure(const std::string& what, const fs::path& path) {
  return fail(ErrorKind::internal, what + " " + path.string() + ": " + std::strerror(errno));
}

// A descriptor that closes itself.
class OpenFile {
 public:
  OpenFile(const fs::path& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  [[nodiscard]] int get() const noexcept { return descriptor_; }
  [[nodiscard]] bool good() const noexcept { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Result<Hash> hash_of(int descriptor, const fs::path& path) {
  Sha256 digest;
  std::vector<char> piece(kPiece);
  while (true) {
    const ssize_t length = ::read(descriptor, piece.data(), piece.size());
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) return system_failure("cannot read", path);
    if (length == 0) return digest.finish();
    digest.add({piece.data(), static_cast<std::size_t>(length)});
  }
}

Result<std::string> read_whole(int descriptor, const fs::path& path) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return system_failure("cannot read", path);
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t length = ::read(descriptor, bytes.data() + done, bytes.size() - done);
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) return system_failure("cannot read", path);
    if (length == 0) break;
    done += static_cast<std::size_t>(length);
  }
  bytes.resize(done);
  return bytes;
}

Result<void> sync_folder(const fs::path& folder) {
  const OpenFile opened(folder, O_RDONLY | O_DIRECTORY);
  if (!opened.good() || ::fsync(opened.get()) != 0) return system_failure("cannot write to disk", folder);
  return {};
}

fs::path place_of(const fs::path& root, const Hash& hash) { return root / hash.text().substr(0, 2) / hash.text(); }

// Makes `file`, whose bytes are on disk, the object `hash`: after this a crash of the machine cannot lose it.
Result<Hash> publish(const fs::path& root, const fs::path& file, const Hash& hash) {
  const fs::path target = place_of(root, hash);
  if (::mkdir(target.parent_path().c_str(), 0700) == 0) {
    VALION_TRY(sync_folder(root));
  } else if (errno != EEXIST) {
    return system_failure("cannot create", target.parent_path());
  }
  if (::rename(file.c_str(), target.c_str()) != 0) return system_failure("cannot move into the store:", file);
  VALION_TRY(sync_folder(target.parent_path()));
  return hash;
}

void remove_stale(const fs::path& folder) {
  std::error_code ignored;
  const auto oldest = fs::file_time_type::clock::now() - kStaleAfter;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const auto written = entry.last_write_time(ignored);
    if (!ignored && written < oldest) fs::remove(entry.path(), ignored);
  }
}

}  // namespace

Hash sha256(std::string_view bytes) {
  Sha256 digest;
  digest.add(bytes);
  return digest.finish();
}

Result<Hash> sha256_of_file(const fs::path& path) {
  const OpenFile file(path, O_RDONLY);
  if (!file.good()) {
    return fail(errno == ENOENT ? ErrorKind::not_found : ErrorKind::internal,
                "cannot open " + path.string() + ": " + std::strerror(errno));
  }
  return hash_of(file.get(), path);
}

ObjectStore::ObjectStore(fs::path root) : root_(std::move(root)) {
  fs::create_directories(root_);
  fs::permissions(root_, fs::perms::owner_all);
  fs::create_directories(root_ / "incoming");
  fs::permissions(root_ / "incoming", fs::perms::owner_all);
  remove_stale(root_ / "incoming");
}

Result<Hash> ObjectStore::put(std::string_view bytes) {
  const Hash hash = sha256(bytes);
  std::error_code ignored;
  if (fs::file_size(place_of(root_, hash), ignored) == bytes.size() && !ignored) return hash;

  std::string name = (root_ / "incoming" / "put-XXXXXX").string();
  const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0) return system_failure("cannot create a file in", root_ / "incoming");
  const bool written = write_all(descriptor, bytes) && ::fchmod(descriptor, 0400) == 0 && ::fsync(descriptor) == 0;
  const int reason = errno;
  ::close(descriptor);
  errno = reason;
  Result<Hash> stored = written ? publish(root_, name, hash) : Result<Hash>(system_failure("cannot write", name));
  if (!stored) ::unlink(name.c_str());
  return stored;
}

Result<Hash> ObjectStore::adopt(const fs::path& file) {
  const OpenFile opened(file, O_RDONLY | O_NOFOLLOW);
  if (!opened.good()) {
    return fail(errno == ENOENT ? ErrorKind::not_found : ErrorKind::internal,
                "cannot open " + file.string() + ": " + std::strerror(errno));
  }
  struct stat status {};
  if (::fstat(opened.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return fail(ErrorKind::invalid, file.string() + " is not a regular file");
  }
  VALION_TRY_ASSIGN(const Hash hash, hash_of(opened.get(), file));
  if (::fchmod(opened.get(), 0400) != 0 || ::fsync(opened.get()) != 0)
    return system_failure("cannot write to disk", file);
  return publish(root_, file, hash);
}

Result<std::string> ObjectStore::get(const Hash& hash) const {
  VALION_TRY_ASSIGN(const fs::path path, path_of(hash));
  const OpenFile file(path, O_RDONLY);
  if (!file.good()) return system_failure("cannot open", path);
  VALION_TRY_ASSIGN(std::string bytes, read_whole(file.get(), path));
  if (sha256(bytes) != hash) {
    return fail(ErrorKind::internal,
                "the object " + hash.text() + " is damaged on disk: its bytes have another SHA-256");
  }
  return bytes;
}

Result<fs::path> ObjectStore::path_of(const Hash& hash) const {
  if (!contains(hash)) return fail(ErrorKind::not_found, "no object " + (hash.empty() ? "(empty hash)" : hash.text()));
  return place_of(root_, hash);
}

bool ObjectStore::contains(const Hash& hash) const {
  std::error_code ignored;
  return !hash.empty() && fs::is_regular_file(place_of(root_, hash), ignored);
}

}  // namespace valion

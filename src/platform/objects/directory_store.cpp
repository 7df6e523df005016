#include "platform/objects/directory_store.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "platform/objects/open_file.hpp"

namespace valion {
namespace {

namespace fs = std::filesystem;
using Moment = std::chrono::system_clock::time_point;

constexpr auto kStaleAfter = std::chrono::hours{1};

Result<void> sync_folder(const fs::path& folder) {
  const OpenFile opened(folder, O_RDONLY | O_DIRECTORY);
  if (!opened.good() || ::fsync(opened.get()) != 0) return system_failure("cannot write to disk", folder);
  return {};
}

fs::path place_of(const fs::path& root, const Hash& hash) { return root / hash.text().substr(0, 2) / hash.text(); }

Moment written_at(const struct stat& status) {
  return Moment(std::chrono::duration_cast<Moment::duration>(std::chrono::seconds(status.st_mtim.tv_sec) +
                                                             std::chrono::nanoseconds(status.st_mtim.tv_nsec)));
}

// Between those who put and those who remove, in whatever process: a lock of the folder itself. A descriptor of its own each
// time: threads that share one would share the lock.
class StoreLock {
 public:
  StoreLock(const fs::path& root, int how) : file_(root, O_RDONLY | O_DIRECTORY) {
    while (file_.good() && !(held_ = ::flock(file_.get(), how) == 0) && errno == EINTR) {
    }
  }
  [[nodiscard]] bool held() const noexcept { return held_; }

 private:
  OpenFile file_;
  bool held_ = false;
};

// Whether an object of `bytes` bytes is there; its time is then now.
Result<bool> renew(const fs::path& root, const Hash& hash, std::size_t bytes) {
  const StoreLock lock(root, LOCK_SH);
  if (!lock.held()) return system_failure("cannot lock", root);
  const fs::path path = place_of(root, hash);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || static_cast<std::size_t>(status.st_size) != bytes) return false;
  if (::utimensat(AT_FDCWD, path.c_str(), nullptr, 0) != 0) return system_failure("cannot set the time of", path);
  return true;
}

// Makes `file`, whose bytes are on disk, the object `hash`: after this a crash of the machine cannot lose it.
Result<Hash> publish(const fs::path& root, const fs::path& file, const Hash& hash) {
  const fs::path target = place_of(root, hash);
  if (::mkdir(target.parent_path().c_str(), 0700) == 0) {
    VALION_TRY(sync_folder(root));
  } else if (errno != EEXIST) {
    return system_failure("cannot create", target.parent_path());
  }
  {
    const StoreLock lock(root, LOCK_SH);
    if (!lock.held()) return system_failure("cannot lock", root);
    if (::rename(file.c_str(), target.c_str()) != 0) return system_failure("cannot move into the store:", file);
  }
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

Result<void> list_folder(const fs::path& folder, const std::function<Result<void>(const StoredObject&)>& visit) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const auto hash = Hash::parse(entry->path().filename().string());
    struct stat status {};
    if (!hash || ::stat(entry->path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    VALION_TRY(visit({*hash, static_cast<std::uint64_t>(status.st_size), written_at(status)}));
  }
  if (error) return fail(ErrorKind::internal, "cannot read " + folder.string() + ": " + error.message());
  return {};
}

}  // namespace

DirectoryStore::DirectoryStore(fs::path root) : root_(std::move(root)) {
  fs::create_directories(root_);
  fs::permissions(root_, fs::perms::owner_all);
  fs::create_directories(root_ / "incoming");
  fs::permissions(root_ / "incoming", fs::perms::owner_all);
  remove_stale(root_ / "incoming");
}

Result<Hash> DirectoryStore::put(std::string_view bytes) {
  const Hash hash = sha256(bytes);
  VALION_TRY_ASSIGN(const bool known, renew(root_, hash, bytes.size()));
  if (known) return hash;
  const OpenFile file(root_ / "incoming", "put-");
  if (!file.good()) return system_failure("cannot create a file in", root_ / "incoming");
  const bool written = write_all(file.get(), bytes) && ::fchmod(file.get(), 0400) == 0 && ::fsync(file.get()) == 0;
  Result<Hash> stored =
      written ? publish(root_, file.path(), hash) : Result<Hash>(system_failure("cannot write", file.path()));
  if (!stored) ::unlink(file.path().c_str());
  return stored;
}

Result<Hash> DirectoryStore::adopt(const fs::path& file) {
  const OpenFile opened(file, O_RDONLY | O_NOFOLLOW);
  VALION_TRY(size_of_regular(opened));
  VALION_TRY_ASSIGN(const Hash hash, hash_of(opened.get(), file));
  if (::fchmod(opened.get(), 0400) != 0 || ::futimens(opened.get(), nullptr) != 0 || ::fsync(opened.get()) != 0) {
    return system_failure("cannot write to disk", file);
  }
  return publish(root_, file, hash);
}

Result<std::string> DirectoryStore::get(const Hash& hash) const {
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

Result<fs::path> DirectoryStore::path_of(const Hash& hash) const {
  VALION_TRY_ASSIGN(const bool known, contains(hash));
  if (!known) return fail(ErrorKind::not_found, "no object " + (hash.empty() ? "(empty hash)" : hash.text()));
  return place_of(root_, hash);
}

Result<bool> DirectoryStore::contains(const Hash& hash) const {
  std::error_code ignored;
  return !hash.empty() && fs::is_regular_file(place_of(root_, hash), ignored);
}

Result<void> DirectoryStore::list(const std::function<Result<void>(const StoredObject&)>& visit) const {
  std::error_code error;
  for (fs::directory_iterator entry(root_, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (entry->path().filename().string().size() != 2 || !entry->is_directory(ignored)) continue;
    VALION_TRY(list_folder(entry->path(), visit));
  }
  if (error) return fail(ErrorKind::internal, "cannot read " + root_.string() + ": " + error.message());
  return {};
}

Result<bool> DirectoryStore::remove_if_older(const Hash& hash, Moment moment) {
  if (hash.empty()) return false;
  const StoreLock lock(root_, LOCK_EX);
  if (!lock.held()) return system_failure("cannot lock", root_);
  const fs::path path = place_of(root_, hash);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return false;
    return system_failure("cannot look at", path);
  }
  if (written_at(status) >= moment) return false;
  if (::unlink(path.c_str()) != 0) return system_failure("cannot remove", path);
  return true;
}

}  // namespace valion

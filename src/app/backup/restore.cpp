#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <memory>

#include "app/backup/backup.hpp"
#include "app/backup/tar.hpp"
#include "platform/objects/open_file.hpp"
#include "platform/objects/open_object_store.hpp"
#include "platform/sql/snapshot.hpp"

namespace valion::app {
namespace {

namespace fs = std::filesystem;

// A folder that goes away again, unless it was moved elsewhere.
class Draft {
 public:
  static Result<std::unique_ptr<Draft>> create(const fs::path& folder, const std::string& name) {
    std::error_code error;
    fs::create_directories(folder, error);
    std::string path = (folder / (name + "XXXXXX")).string();
    if (error || ::mkdtemp(path.data()) == nullptr) return system_failure("cannot create a folder in", folder);
    return std::unique_ptr<Draft>(new Draft(path));
  }
  ~Draft() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  [[nodiscard]] const fs::path& path() const noexcept { return path_; }

 private:
  explicit Draft(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

Result<void> check_target(const Settings& settings, const BackupManifest& manifest) {
  std::error_code error;
  if (fs::exists(settings.home) && (!fs::is_directory(settings.home) || !fs::is_empty(settings.home, error) || error)) {
    return fail(ErrorKind::conflict, settings.home.string() + " is not empty; restore into a new home (--home)");
  }
  const std::string kind = kind_of_database(settings.database_url);
  if (kind != manifest.database) {
    return fail(ErrorKind::conflict, "the backup is of a database of the kind `" + manifest.database +
                                         "`, and the setting database.url names one of the kind `" + kind +
                                         "`; set it to an empty one of the same kind (or leave it out for `sqlite`)");
  }
  if (kind == "sqlite file" && fs::exists(sql::DatabaseUrl::parse(settings.database_url).file)) {
    return fail(ErrorKind::conflict, "the file of " + settings.database_url + " exists already");
  }
  return {};
}

Result<void> copy_private(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  if (!error) fs::copy_file(from, to, error);
  if (!error) fs::permissions(to, fs::perms::owner_read | fs::perms::owner_write, error);
  if (error) return fail(ErrorKind::internal, "cannot write " + to.string() + ": " + error.message());
  return {};
}

// Adopting takes the file away, so that it gets a copy of its own on the store's disk.
Result<void> restore_object(ObjectStore& store, const fs::path& from, const fs::path& beside, const Hash& hash) {
  const fs::path copy = beside / hash.text();
  VALION_TRY(copy_private(from, copy));
  VALION_TRY_ASSIGN(const Hash kept, store.adopt(copy));
  if (kept == hash) return {};
  return fail(ErrorKind::internal, "the object " + hash.text() + " changed on its way");
}

// Everything that goes below home, into `staged`; objects into the store that `settings` (of the staged home) name.
Result<void> stage(const Settings& settings, const fs::path& folder, const BackupManifest& manifest) {
  std::map<std::string, std::unique_ptr<ObjectStore>> stores;
  for (const BackupFile& file : manifest.files) {
    const fs::path path = file.path;
    const fs::path relative = path.lexically_relative(*path.begin());
    if (file.path == kPostgresqlDump || file.path == kSharedSqlite) continue;
    if (*path.begin() != kObjects) {
      VALION_TRY(copy_private(folder / path, settings.home / relative));
      continue;
    }
    const std::string service = relative.begin()->string();
    auto& store = stores[service];
    if (store == nullptr) store = open_object_store(settings, service);
    VALION_TRY(restore_object(*store, folder / path, settings.home / "restoring", file.sha256));
  }
  std::error_code ignored;
  fs::remove_all(settings.home / "restoring", ignored);
  return {};
}

Result<void> move_into_place(const fs::path& staged, const fs::path& home) {
  std::error_code ignored;
  for (const auto& entry : fs::recursive_directory_iterator(staged)) {
    if (entry.is_directory()) fs::permissions(entry.path(), fs::perms::owner_all, ignored);
  }
  // rename() takes the place of an empty folder.
  if (::rename(staged.c_str(), home.c_str()) != 0) return system_failure("cannot move the restored home to", home);
  return {};
}

}  // namespace

Result<BackupManifest> restore_backup(const Settings& settings, const fs::path& source) {
  const fs::path home = fs::absolute(settings.home).lexically_normal();
  const fs::path parent = (home.has_filename() ? home : home.parent_path()).parent_path();
  std::unique_ptr<Draft> unpacked;
  if (!fs::is_directory(source)) {
    VALION_TRY_ASSIGN(unpacked, Draft::create(parent, ".valion-unpacked-"));
    VALION_TRY(unpack_archive(source, unpacked->path()));
  }
  const fs::path folder = unpacked ? unpacked->path() : source;
  VALION_TRY_ASSIGN(BackupManifest manifest, read_manifest(folder));
  VALION_TRY(check_target(settings, manifest));
  VALION_TRY(check_files(folder, manifest));
  VALION_TRY_ASSIGN(const auto draft, Draft::create(parent, ".valion-restoring-"));
  Settings staged = settings;
  staged.home = draft->path();
  VALION_TRY(stage(staged, folder, manifest));
  if (!settings.database_url.empty()) {
    const auto url = sql::DatabaseUrl::parse(settings.database_url);
    VALION_TRY(url.postgresql ? sql::restore_postgresql(url, folder / kPostgresqlDump)
                              : copy_private(folder / kSharedSqlite, url.file));
  }
  VALION_TRY(move_into_place(draft->path(), home));
  return manifest;
}

}  // namespace valion::app

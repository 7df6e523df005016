#include "app/backup/backup.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <numeric>
#include <string_view>

#include "app/backup/collection_lock.hpp"
#include "app/backup/tar.hpp"
#include "app/service_list.hpp"
#include "base/date.hpp"
#include "platform/objects/open_object_store.hpp"
#include "platform/service/version.hpp"
#include "platform/sql/snapshot.hpp"

namespace valion::app {
namespace {

namespace fs = std::filesystem;

// Who refers to whom: each only to those after it.
constexpr std::array<std::string_view, 4> kReferrers{"db", "services/reporting_service", "services/ml_service",
                                                     "services/data_processing"};

std::size_t rank_of(const fs::path& relative) {
  const std::string text = relative.generic_string();
  const auto found = std::find_if(kReferrers.begin(), kReferrers.end(),
                                  [&](std::string_view folder) { return text.starts_with(std::string(folder) + "/"); });
  return static_cast<std::size_t>(found - kReferrers.begin());
}

bool is_database(const fs::path& path) { return path.extension() == ".db"; }

// Below `services`: what is neither a database nor an object nor half a file.
bool is_plain_state(const fs::path& relative) {
  const std::string name = relative.filename().string();
  if (name.ends_with(".db") || name.ends_with(".db-wal") || name.ends_with(".db-shm") || name.ends_with(".lock")) {
    return false;
  }
  return std::none_of(relative.begin(), relative.end(),
                      [](const fs::path& part) { return part == "objects" || part == "incoming"; });
}

std::vector<fs::path> files_below(const fs::path& home, const std::string& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  const auto begin =
      fs::recursive_directory_iterator(home / folder, fs::directory_options::skip_permission_denied, error);
  if (error) return found;
  for (const auto& entry : begin) {
    if (entry.is_regular_file(error)) found.push_back(entry.path().lexically_relative(home));
  }
  std::sort(found.begin(), found.end());
  return found;
}

class Making {
 public:
  Making(const Settings& settings, fs::path folder, const BackupOptions& options)
      : settings_(settings), folder_(std::move(folder)), options_(options) {}

  Result<BackupManifest> make() {
    manifest_.version = version();
    manifest_.created_at = utc_timestamp(std::chrono::system_clock::now());
    manifest_.database = kind_of_database(settings_.database_url);
    manifest_.secrets = options_.secrets;
    VALION_TRY(copy_databases());
    for (const fs::path& file : files_below(settings_.home, "services")) {
      if (is_plain_state(file)) VALION_TRY(copy_file(file));
    }
    for (const ServiceEntry& service : service_list()) VALION_TRY(copy_objects(std::string(service.name)));
    if (options_.secrets) {
      for (const fs::path& file : files_below(settings_.home, "secrets")) VALION_TRY(copy_file(file));
    }
    VALION_TRY(write_manifest(folder_, manifest_));
    return std::move(manifest_);
  }

 private:
  Result<void> copy_databases() {
    std::vector<fs::path> databases;
    for (const char* folder : {"db", "services"}) {
      for (const fs::path& file : files_below(settings_.home, folder)) {
        if (is_database(file)) databases.push_back(file);
      }
    }
    std::stable_sort(databases.begin(), databases.end(),
                     [](const fs::path& a, const fs::path& b) { return rank_of(a) < rank_of(b); });
    for (const fs::path& file : databases) {
      VALION_TRY_ASSIGN(const fs::path copy, place(fs::path(kDatabases) / file));
      VALION_TRY(sql::copy_sqlite(settings_.home / file, copy));
      VALION_TRY(add(fs::path(kDatabases) / file));
    }
    if (settings_.database_url.empty()) return {};
    const auto url = sql::DatabaseUrl::parse(settings_.database_url);
    const fs::path relative = url.postgresql ? kPostgresqlDump : kSharedSqlite;
    VALION_TRY_ASSIGN(const fs::path copy, place(relative));
    VALION_TRY(url.postgresql ? sql::dump_postgresql(url, copy) : sql::copy_sqlite(url.file, copy));
    return add(relative);
  }

  Result<void> copy_objects(const std::string& service) {
    const bool in_folders = settings_.objects_url.empty();
    if (in_folders && !fs::exists(settings_.home / "services" / service / "objects")) return {};
    const auto store = open_object_store(settings_, service);
    return store->list([&](const StoredObject& object) -> Result<void> {
      const fs::path relative = fs::path(kObjects) / service / object.hash.text();
      VALION_TRY_ASSIGN(const fs::path copy, place(relative));
      VALION_TRY_ASSIGN(const fs::path original, store->path_of(object.hash));
      VALION_TRY(copy_bytes(original, copy));
      VALION_TRY(add(relative));
      if (manifest_.files.back().sha256 == object.hash) return {};
      return fail(ErrorKind::internal, "the object " + object.hash.text() + " of " + service + " is damaged");
    });
  }

  Result<void> copy_file(const fs::path& relative) {
    VALION_TRY_ASSIGN(const fs::path copy, place(fs::path(kFiles) / relative));
    VALION_TRY(copy_bytes(settings_.home / relative, copy));
    return add(fs::path(kFiles) / relative);
  }

  static Result<void> copy_bytes(const fs::path& from, const fs::path& to) {
    std::error_code error;
    fs::copy_file(from, to, error);
    if (!error) fs::permissions(to, fs::perms::owner_read | fs::perms::owner_write, error);
    if (error) return fail(ErrorKind::internal, "cannot copy " + from.string() + ": " + error.message());
    return {};
  }

  // Where a file of the backup goes; its folder exists afterwards.
  Result<fs::path> place(const fs::path& relative) const {
    std::error_code error;
    fs::create_directories((folder_ / relative).parent_path(), error);
    if (error)
      return fail(ErrorKind::internal, "cannot create " + (folder_ / relative).string() + ": " + error.message());
    return folder_ / relative;
  }

  Result<void> add(const fs::path& relative) {
    VALION_TRY_ASSIGN(const Hash hash, sha256_of_file(folder_ / relative));
    const auto bytes = static_cast<std::int64_t>(fs::file_size(folder_ / relative));
    manifest_.files.push_back({relative.generic_string(), bytes, hash});
    return {};
  }

  const Settings& settings_;
  fs::path folder_;
  BackupOptions options_;
  BackupManifest manifest_;
};

}  // namespace

Result<BackupManifest> make_backup(const Settings& settings, const fs::path& given, const BackupOptions& options) {
  fs::path target = fs::absolute(given).lexically_normal();
  if (!target.has_filename()) target = target.parent_path();
  if (!fs::exists(settings.home)) return fail(ErrorKind::not_found, "there is no system in " + settings.home.string());
  if (fs::exists(target))
    return fail(ErrorKind::conflict, target.string() + " exists already; a backup never writes over one");
  VALION_TRY_ASSIGN(const auto lock, lock_collection(settings.home, false));
  const fs::path beside = target.parent_path();
  std::string draft = (beside / (".valion-backup-XXXXXX")).string();
  if (::mkdtemp(draft.data()) == nullptr) return system_failure("cannot create a folder in", beside);
  const auto finish = [&]() -> Result<BackupManifest> {
    VALION_TRY_ASSIGN(BackupManifest manifest, Making(settings, draft, options).make());
    if (target.extension() == ".tar") {
      VALION_TRY(pack_folder(draft, target));
    } else if (::rename(draft.c_str(), target.c_str()) != 0) {
      return system_failure("cannot write", target);
    }
    return manifest;
  };
  Result<BackupManifest> finished = finish();
  std::error_code ignored;
  fs::remove_all(draft, ignored);
  return finished;
}

std::uint64_t bytes_in(const BackupManifest& manifest) {
  return std::accumulate(
      manifest.files.begin(), manifest.files.end(), std::uint64_t{0},
      [](std::uint64_t sum, const BackupFile& file) { return sum + static_cast<std::uint64_t>(file.bytes); });
}

}  // namespace valion::app

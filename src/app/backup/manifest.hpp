// What a backup holds: manifest.json beside its files, with the SHA-256 of each.
//
//   databases/{path below home}.db | databases/shared.db | databases/postgresql.dump
//    objects/{service}/{hash}     files/{path below home}
#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "base/result.hpp"

namespace valion::app {

inline constexpr std::int64_t kBackupFormat = 1;
inline constexpr const char* kManifestName = "manifest.json";
inline constexpr const char* kDatabases = "databases";
inline constexpr const char* kObjects = "objects";
inline constexpr const char* kFiles = "files";
inline constexpr const char* kPostgresqlDump = "databases/postgresql.dump";
inline constexpr const char* kSharedSqlite = "databases/shared.db";  // of database.url sqlite:…

struct BackupFile {
  std::string path;  // relative, within the backup; never absolute, never with `..`
  std::int64_t bytes = 0;
  Hash sha256;
};
BOOST_DESCRIBE_STRUCT(BackupFile, (), (path, bytes, sha256))

struct BackupManifest {
  std::int64_t format = kBackupFormat;
  std::string version;     // of the program
  std::string created_at;  // RFC 3339
  std::string database;    // see kind_of_database()
  bool secrets = false;
  std::vector<BackupFile> files;
};
BOOST_DESCRIBE_STRUCT(BackupManifest, (), (format, version, created_at, database, secrets, files))

// Of the setting database.url: `sqlite` (below home), `sqlite file` (one for all services), `postgresql`.
[[nodiscard]] std::string kind_of_database(const std::string& url);

[[nodiscard]] Result<void> write_manifest(const std::filesystem::path& folder, const BackupManifest& manifest);
// not_found when the folder holds no backup; conflict when a newer program made it; malformed when it is damaged, also when a
// path in it would lead out of the folder.
[[nodiscard]] Result<BackupManifest> read_manifest(const std::filesystem::path& folder);
// Every file has its size and its hash; the first one that has not is named (malformed).
[[nodiscard]] Result<void> check_files(const std::filesystem::path& folder, const BackupManifest& manifest);

}  // namespace valion::app

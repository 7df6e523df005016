// Copies of a whole system, running or not, and back.
//
// A backup is consistent without stopping anything: everything stored is immutable and written before what refers to it, so that
// the databases are copied from those that refer to those that are referred to, and the objects last; the collector of what
// nobody refers to waits meanwhile. Redis is not in it: it holds nothing that the databases do not.
#pragma once

#include <cstdint>
#include <filesystem>

#include "app/backup/manifest.hpp"
#include "platform/config/settings.hpp"

namespace valion::app {

struct BackupOptions {
  bool secrets = false;  // keys and credentials; whoever has them is the system
};

// Into `target`, which must not exist: a folder, or, when its name ends with `.tar`, one archive. Nothing is left behind when
// it fails.
[[nodiscard]] Result<BackupManifest> make_backup(const Settings& settings, const std::filesystem::path& target,
                                                 const BackupOptions& options);

// From `source` into the home, databases and object store that `settings` names. All hashes are checked first. conflict when the
// home is not empty or the database has tables; then, as after any failure before the last step, nothing was changed there.
[[nodiscard]] Result<BackupManifest> restore_backup(const Settings& settings, const std::filesystem::path& source);

[[nodiscard]] std::uint64_t bytes_in(const BackupManifest& manifest);

}  // namespace valion::app

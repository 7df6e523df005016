// Immutable bytes named by their SHA-256. First form: a directory (objects/ab/abcd…), readable by this user only.
//
// Writing is atomic (temporary file, fsync, rename): a reader sees the whole object or none, and a process killed half-way
// leaves only a temporary file that the next start removes. Safe for several processes on one directory. Blocking: call it
// from the CPU pool when objects are large.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "base/result.hpp"

namespace valion {

[[nodiscard]] Hash sha256(std::string_view bytes);
[[nodiscard]] Result<Hash> sha256_of_file(const std::filesystem::path& path);

class ObjectStore {
 public:
  // Creates the directory (0700). Throws std::filesystem::filesystem_error when it cannot.
  explicit ObjectStore(std::filesystem::path root);

  [[nodiscard]] Result<Hash> put(std::string_view bytes);
  // Moves `file` (same file system, nobody writes to it any more) into the store; it no longer exists under its old name
  // afterwards. Reads it once, for the hash. not_found when there is no such file.
  [[nodiscard]] Result<Hash> adopt(const std::filesystem::path& file);
  // not_found; internal when the bytes on disk no longer have this hash. path_of() does not read the bytes.
  [[nodiscard]] Result<std::string> get(const Hash& hash) const;
  [[nodiscard]] Result<std::filesystem::path> path_of(const Hash& hash) const;  // not_found
  [[nodiscard]] bool contains(const Hash& hash) const;

 private:
  std::filesystem::path root_;
};

}  // namespace valion

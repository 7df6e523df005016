// Objects in a directory (root/ab/abcd…), readable by this user only.
//
// Writing is atomic (temporary file, fsync, rename); a process killed half-way leaves only a temporary file that a later
// start removes. The folder is locked shared while an object is put in its place and exclusively while one is removed, so that
// none vanishes that somebody has just put again.
#pragma once

#include "platform/objects/object_store.hpp"

namespace valion {

class DirectoryStore final : public ObjectStore {
 public:
  // Creates the directory (0700). Throws std::filesystem::filesystem_error when it cannot.
  explicit DirectoryStore(std::filesystem::path root);

  [[nodiscard]] Result<Hash> put(std::string_view bytes) override;
  [[nodiscard]] Result<Hash> adopt(const std::filesystem::path& file) override;
  [[nodiscard]] Result<std::string> get(const Hash& hash) const override;
  [[nodiscard]] Result<std::filesystem::path> path_of(const Hash& hash) const override;
  [[nodiscard]] Result<bool> contains(const Hash& hash) const override;
  [[nodiscard]] Result<void> list(const std::function<Result<void>(const StoredObject&)>& visit) const override;
  [[nodiscard]] Result<bool> remove_if_older(const Hash& hash, std::chrono::system_clock::time_point moment) override;

 private:
  std::filesystem::path root_;
};

}  // namespace valion

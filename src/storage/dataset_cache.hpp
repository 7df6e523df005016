// A folder of immutable files named by their SHA-256, shared by the processes of one home.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "base/result.hpp"

namespace valion::storage {

class DatasetCache {
 public:
  explicit DatasetCache(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // The bytes, if they are there and still have this hash; a damaged file is removed.
  [[nodiscard]] std::optional<std::string> find(const Hash& hash) const;
  // Atomic. internal when the folder cannot be written.
  [[nodiscard]] Result<void> put(const Hash& hash, std::string_view bytes) const;

 private:
  [[nodiscard]] std::filesystem::path file_of(const Hash& hash) const { return folder_ / (hash.text() + ".arrow"); }
  std::filesystem::path folder_;
};

}  // namespace valion::storage

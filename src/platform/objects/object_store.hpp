// Immutable bytes named by their SHA-256, wherever they are kept: a directory (directory_store.hpp) or S3 (s3_store.hpp).
// open_object_store.hpp opens the one that is configured.
//
// A reader sees a whole object or none. Safe for several threads and several processes on one store. Blocking: call it
// from the CPU pool. Errors: not_found, unavailable (the store does not answer), internal (damaged, disk full).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "base/result.hpp"

namespace valion {

[[nodiscard]] Hash sha256(std::string_view bytes);
[[nodiscard]] Result<Hash> sha256_of_file(const std::filesystem::path& path);

struct StoredObject {
  Hash hash;
  std::uint64_t bytes = 0;
  std::chrono::system_clock::time_point written;  // or put again: whoever puts an object has time to refer to it
};

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  // Putting what is there already renews its `written`.
  [[nodiscard]] virtual Result<Hash> put(std::string_view bytes) = 0;
  // Moves `file` (nobody writes to it any more; a directory store wants it on its own file system) into the store; it no
  // longer exists under its old name afterwards. not_found when there is no such file.
  [[nodiscard]] virtual Result<Hash> adopt(const std::filesystem::path& file) = 0;
  // internal when the stored bytes no longer have this hash.
  [[nodiscard]] virtual Result<std::string> get(const Hash& hash) const = 0;
  // A file with the object's bytes, to be opened soon. A directory store does not read them; S3 fetches and checks them.
  [[nodiscard]] virtual Result<std::filesystem::path> path_of(const Hash& hash) const = 0;
  [[nodiscard]] virtual Result<bool> contains(const Hash& hash) const = 0;

  // Every object, in no order; ends with the first error of `visit`. Objects that come or go meanwhile may be missed.
  [[nodiscard]] virtual Result<void> list(const std::function<Result<void>(const StoredObject&)>& visit) const = 0;
  // For the collector of what nobody refers to: true when it was there, written before `moment`, and is gone now.
  [[nodiscard]] virtual Result<bool> remove_if_older(const Hash& hash,
                                                     std::chrono::system_clock::time_point moment) = 0;
};

}  // namespace valion

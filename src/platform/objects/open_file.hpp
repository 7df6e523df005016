// Files as these stores need them: a descriptor that closes itself, whole reads and writes, the hash of what is read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "base/result.hpp"

namespace valion {

// «`what` `path`: reason of errno», internal.
[[nodiscard]] tl::unexpected<Error> system_failure(const std::string& what, const std::filesystem::path& path);

class OpenFile {
 public:
  OpenFile(const std::filesystem::path& path, int flags);  // with O_CREAT: 0600
  // A new file in `folder` under a name of its own that begins with `prefix`, 0600.
  OpenFile(const std::filesystem::path& folder, const std::string& prefix);
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  [[nodiscard]] int get() const noexcept { return descriptor_; }
  [[nodiscard]] bool good() const noexcept { return descriptor_ >= 0; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
  int descriptor_;
};

// Bytes of a file that could be opened and is a regular one; otherwise not_found, internal or invalid, by errno as the
// opening left it.
[[nodiscard]] Result<std::uint64_t> size_of_regular(const OpenFile& file);

// False with errno.
[[nodiscard]] bool write_all(int descriptor, std::string_view bytes);
// From where the descriptor stands to its end.
[[nodiscard]] Result<Hash> hash_of(int descriptor, const std::filesystem::path& path);
[[nodiscard]] Result<std::string> read_whole(int descriptor, const std::filesystem::path& path);
// Up to `bytes`; fewer only at the end of the file.
[[nodiscard]] Result<std::string> read_piece(int descriptor, const std::filesystem::path& path, std::size_t bytes);

}  // namespace valion

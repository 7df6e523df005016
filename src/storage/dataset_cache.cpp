#include "storage/dataset_cache.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "platform/objects/object_store.hpp"

namespace valion::storage {
namespace {

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ::ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

std::optional<std::string> DatasetCache::find(const Hash& hash) const {
  std::ifstream input(file_of(hash), std::ios::binary | std::ios::ate);
  if (!input) return std::nullopt;
  std::string bytes(static_cast<std::size_t>(std::max<std::streamoff>(input.tellg(), 0)), '\0');
  input.seekg(0);
  input.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  std::error_code ignored;
  if (input && sha256(bytes) == hash) {
    // What is used stays: `valion gc` takes the copies that nobody used for long.
    std::filesystem::last_write_time(file_of(hash), std::filesystem::file_time_type::clock::now(), ignored);
    return bytes;
  }
  // If it cannot be removed, the next reader finds the damage again.
  std::filesystem::remove(file_of(hash), ignored);
  return std::nullopt;
}

Result<void> DatasetCache::put(const Hash& hash, std::string_view bytes) const {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) return fail(ErrorKind::internal, "cannot create " + folder_.string() + ": " + error.message());
  std::string temporary = (folder_ / ".part-XXXXXX").string();
  const int descriptor = ::mkstemp(temporary.data());
  if (descriptor < 0)
    return fail(ErrorKind::internal, "cannot write to " + folder_.string() + ": " + std::strerror(errno));
  const bool written = write_all(descriptor, bytes);
  ::close(descriptor);
  if (written) std::filesystem::rename(temporary, file_of(hash), error);
  if (written && !error) return {};
  std::error_code ignored;
  std::filesystem::remove(temporary, ignored);
  return fail(ErrorKind::internal, "cannot write to " + folder_.string() + (error ? ": " + error.message() : ""));
}

}  // namespace valion::storage

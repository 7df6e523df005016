// Objects in an S3-compatible store, with copies on this disk: PREFIX/ab/abcd… in the bucket, CACHE/abcd… here.
//
// Bytes are hashed when they arrive, so that a damaged or exchanged object is an error. The cache may be deleted at any time;
// what is used is touched, so that the least recently used goes first. Large objects go in parts.
// Between looking at an object's age and removing it, S3 gives no lock: remove_if_older() leaves a gap of one request, which
// the grace time of the collector makes harmless unless somebody puts the same bytes in just that moment.
#pragma once

#include "platform/objects/object_store.hpp"
#include "platform/objects/s3_connection.hpp"

namespace valion::s3 {

class S3Store final : public ObjectStore {
 public:
  // Creates the cache's folder (0700). `part_bytes`: S3 wants at least 5 MiB.
  S3Store(S3Place place, Credentials credentials, std::filesystem::path cache, Patience patience = {},
          std::size_t part_bytes = std::size_t{16} << 20);

  [[nodiscard]] Result<Hash> put(std::string_view bytes) override;
  [[nodiscard]] Result<Hash> adopt(const std::filesystem::path& file) override;
  [[nodiscard]] Result<std::string> get(const Hash& hash) const override;
  [[nodiscard]] Result<std::filesystem::path> path_of(const Hash& hash) const override;
  [[nodiscard]] Result<bool> contains(const Hash& hash) const override;
  [[nodiscard]] Result<void> list(const std::function<Result<void>(const StoredObject&)>& visit) const override;
  [[nodiscard]] Result<bool> remove_if_older(const Hash& hash, std::chrono::system_clock::time_point moment) override;

 private:
  // Gives the next `bytes` bytes of what is stored.
  using Source = std::function<Result<std::string>(std::size_t bytes)>;

  [[nodiscard]] std::string key_of(const Hash& hash) const;
  [[nodiscard]] std::filesystem::path cached(const Hash& hash) const;
  [[nodiscard]] Result<Answer> expect(int status, const Request& request) const;
  // Nothing when it is not there.
  [[nodiscard]] Result<std::optional<std::chrono::system_clock::time_point>> written(const Hash& hash) const;
  [[nodiscard]] Result<bool> is_fresh(const Hash& hash) const;
  [[nodiscard]] Result<void> upload(const std::string& key, std::uint64_t size, const Source& source) const;
  [[nodiscard]] Result<void> upload_in_parts(const std::string& key, std::uint64_t size, const Source& source) const;
  [[nodiscard]] Result<std::string> send_parts(const std::string& key, const std::string& upload, std::uint64_t size,
                                               const Source& source) const;
  [[nodiscard]] Result<void> fetch(const Hash& hash) const;
  void keep_copy(const Hash& hash, std::string_view bytes) const;

  Connection connection_;
  std::filesystem::path cache_;
  std::size_t part_bytes_;
};

}  // namespace valion::s3

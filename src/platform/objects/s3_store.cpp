#include "platform/objects/s3_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "platform/objects/open_file.hpp"
#include "platform/objects/s3_answers.hpp"

namespace valion::s3 {
namespace {

namespace fs = std::filesystem;
using Moment = std::chrono::system_clock::time_point;

// An object put again within this time is not sent again; shorter than any sensible grace time of the collector.
constexpr auto kFresh = std::chrono::hours{1};

tl::unexpected<Error> refusal(const Request& request, const Answer& answer) {
  if (answer.status == 404) return fail(ErrorKind::not_found, "S3 has no " + request.key);
  const std::string code = text_of(answer.body, "Code").value_or("status " + std::to_string(answer.status));
  const std::string message = text_of(answer.body, "Message").value_or("");
  return fail(ErrorKind::internal, "S3 refuses " + request.method + " " + request.key + ": " + code +
                                       (message.empty() ? "" : " (" + message + ")"));
}

tl::unexpected<Error> no_object(const Hash& hash) {
  return fail(ErrorKind::not_found, "no object " + (hash.empty() ? "(empty hash)" : hash.text()));
}

}  // namespace

S3Store::S3Store(S3Place place, Credentials credentials, fs::path cache, Patience patience, std::size_t part_bytes)
    : connection_(std::move(place), std::move(credentials), patience),
      cache_(std::move(cache)),
      part_bytes_(part_bytes) {
  fs::create_directories(cache_);
  fs::permissions(cache_, fs::perms::owner_all);
}

std::string S3Store::key_of(const Hash& hash) const {
  const std::string& prefix = connection_.place().prefix;
  return prefix + (prefix.empty() ? "" : "/") + hash.text().substr(0, 2) + "/" + hash.text();
}

fs::path S3Store::cached(const Hash& hash) const { return cache_ / hash.text(); }

Result<Answer> S3Store::expect(int status, const Request& request) const {
  VALION_TRY_ASSIGN(Answer answer, connection_.send(request));
  if (answer.status != status) return refusal(request, answer);
  return answer;
}

Result<std::optional<Moment>> S3Store::written(const Hash& hash) const {
  if (hash.empty()) return std::optional<Moment>();
  const Request request{"HEAD", key_of(hash), {}, {}};
  VALION_TRY_ASSIGN(const Answer answer, connection_.send(request));
  if (answer.status == 404) return std::optional<Moment>();
  if (answer.status != 200) return refusal(request, answer);
  const auto modified = answer.headers.find("last-modified");
  const auto moment = modified == answer.headers.end() ? std::nullopt : read_moment(modified->second);
  if (!moment) return fail(ErrorKind::bad_gateway, "S3 does not say when " + request.key + " was written");
  return moment;
}

Result<bool> S3Store::is_fresh(const Hash& hash) const {
  VALION_TRY_ASSIGN(const auto moment, written(hash));
  return moment && std::chrono::system_clock::now() - *moment < kFresh;
}

Result<Hash> S3Store::put(std::string_view bytes) {
  const Hash hash = sha256(bytes);
  VALION_TRY_ASSIGN(const bool fresh, is_fresh(hash));
  if (!fresh) {
    const auto next = [rest = bytes](std::size_t wanted) mutable -> Result<std::string> {
      std::string piece(rest.substr(0, wanted));
      rest.remove_prefix(piece.size());
      return piece;
    };
    VALION_TRY(upload(key_of(hash), bytes.size(), next));
  }
  keep_copy(hash, bytes);
  return hash;
}

Result<Hash> S3Store::adopt(const fs::path& file) {
  const OpenFile opened(file, O_RDONLY | O_NOFOLLOW);
  VALION_TRY_ASSIGN(const std::uint64_t size, size_of_regular(opened));
  VALION_TRY_ASSIGN(const Hash hash, hash_of(opened.get(), file));
  if (::lseek(opened.get(), 0, SEEK_SET) != 0) return system_failure("cannot read", file);
  VALION_TRY_ASSIGN(const bool fresh, is_fresh(hash));
  if (!fresh) {
    const auto next = [&](std::size_t wanted) { return read_piece(opened.get(), file, wanted); };
    VALION_TRY(upload(key_of(hash), size, next));
  }
  // It becomes the copy when it lies on the cache's disk.
  const bool moved = ::fchmod(opened.get(), 0400) == 0 && ::rename(file.c_str(), cached(hash).c_str()) == 0;
  if (!moved && ::unlink(file.c_str()) != 0) return system_failure("cannot remove", file);
  return hash;
}

Result<void> S3Store::upload(const std::string& key, std::uint64_t size, const Source& source) const {
  if (size > part_bytes_) return upload_in_parts(key, size, source);
  VALION_TRY_ASSIGN(const std::string body, source(size));
  VALION_TRY(expect(200, {"PUT", key, {}, body}));
  return {};
}

Result<void> S3Store::upload_in_parts(const std::string& key, std::uint64_t size, const Source& source) const {
  VALION_TRY_ASSIGN(const Answer begun, expect(200, {"POST", key, {{"uploads", ""}}, {}}));
  const auto upload = text_of(begun.body, "UploadId");
  if (!upload) return fail(ErrorKind::bad_gateway, "S3 begins an upload without an id for it");
  const auto parts = send_parts(key, *upload, size, source);
  const auto finish = [&]() -> Result<void> {
    VALION_TRY_ASSIGN(const Answer done, expect(200, {"POST", key, {{"uploadId", *upload}}, *parts}));
    // S3 may find out after it has begun to answer.
    if (const auto code = text_of(done.body, "Code"))
      return fail(ErrorKind::unavailable, "S3 gave up " + key + ": " + *code);
    return {};
  };
  Result<void> finished = parts ? finish() : Result<void>(fail(parts.error()));
  if (!finished) static_cast<void>(connection_.send({"DELETE", key, {{"uploadId", *upload}}, {}}));
  return finished;
}

Result<std::string> S3Store::send_parts(const std::string& key, const std::string& upload, std::uint64_t size,
                                        const Source& source) const {
  std::string list = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  std::uint64_t sent = 0;
  for (int number = 1; sent < size; ++number) {
    VALION_TRY_ASSIGN(const std::string part, source(std::min<std::uint64_t>(part_bytes_, size - sent)));
    if (part.empty()) return fail(ErrorKind::internal, "the bytes of " + key + " ended early");
    const std::string text = std::to_string(number);
    VALION_TRY_ASSIGN(const Answer answer,
                      expect(200, {"PUT", key, {{"partNumber", text}, {"uploadId", upload}}, part}));
    const auto tag = answer.headers.find("etag");
    if (tag == answer.headers.end()) return fail(ErrorKind::bad_gateway, "S3 takes a part without a tag for it");
    list += "<Part><PartNumber>" + text + "</PartNumber><ETag>" + tag->second + "</ETag></Part>";
    sent += part.size();
  }
  return list + "</CompleteMultipartUpload>";
}

// A copy that cannot be kept is fetched when it is wanted.
void S3Store::keep_copy(const Hash& hash, std::string_view bytes) const {
  const OpenFile file(cache_, ".part-");
  if (!file.good()) return;
  const bool kept = write_all(file.get(), bytes) && ::fchmod(file.get(), 0400) == 0 &&
                    ::rename(file.path().c_str(), cached(hash).c_str()) == 0;
  if (!kept) ::unlink(file.path().c_str());
}

Result<void> S3Store::fetch(const Hash& hash) const {
  if (hash.empty()) return no_object(hash);
  const OpenFile file(cache_, ".part-");
  if (!file.good()) return system_failure("cannot create a file in", cache_);
  const auto receive = [&]() -> Result<void> {
    const Request request{"GET", key_of(hash), {}, {}, file.get()};
    VALION_TRY_ASSIGN(const Answer answer, connection_.send(request));
    if (answer.status == 404) return no_object(hash);
    if (answer.status != 200) return refusal(request, answer);
    if (::lseek(file.get(), 0, SEEK_SET) != 0) return system_failure("cannot read", file.path());
    VALION_TRY_ASSIGN(const Hash arrived, hash_of(file.get(), file.path()));
    if (arrived != hash) {
      return fail(ErrorKind::internal,
                  "the object " + hash.text() + " is damaged in S3: its bytes have another SHA-256");
    }
    if (::fchmod(file.get(), 0400) != 0 || ::rename(file.path().c_str(), cached(hash).c_str()) != 0) {
      return system_failure("cannot keep", cached(hash));
    }
    return {};
  };
  Result<void> received = receive();
  if (!received) ::unlink(file.path().c_str());
  return received;
}

Result<fs::path> S3Store::path_of(const Hash& hash) const {
  if (hash.empty()) return no_object(hash);
  if (::utimensat(AT_FDCWD, cached(hash).c_str(), nullptr, 0) != 0) VALION_TRY(fetch(hash));
  return cached(hash);
}

Result<std::string> S3Store::get(const Hash& hash) const {
  for (bool again = true;; again = false) {
    VALION_TRY_ASSIGN(const fs::path path, path_of(hash));
    const OpenFile file(path, O_RDONLY);
    if (file.good()) {
      VALION_TRY_ASSIGN(std::string bytes, read_whole(file.get(), path));
      if (sha256(bytes) == hash) return bytes;
      ::unlink(path.c_str());  // the copy is damaged; the object need not be
    }
    if (!again)
      return fail(ErrorKind::internal, "the copy of " + hash.text() + " in " + cache_.string() + " does not last");
  }
}

Result<bool> S3Store::contains(const Hash& hash) const {
  VALION_TRY_ASSIGN(const auto moment, written(hash));
  return moment.has_value();
}

Result<void> S3Store::list(const std::function<Result<void>(const StoredObject&)>& visit) const {
  const std::string& prefix = connection_.place().prefix;
  Fields query{{"list-type", "2"}, {"prefix", prefix.empty() ? "" : prefix + "/"}};
  while (true) {
    VALION_TRY_ASSIGN(const Answer answer, expect(200, {"GET", "", query, {}}));
    VALION_TRY_ASSIGN(const Listing listing, read_listing(answer.body));
    for (const ListedKey& listed : listing.keys) {
      const auto hash = Hash::parse(std::string_view(listed.key).substr(listed.key.rfind('/') + 1));
      if (hash && key_of(*hash) == listed.key) VALION_TRY(visit({*hash, listed.bytes, listed.modified}));
    }
    if (listing.next.empty()) return {};
    query = {{"list-type", "2"}, query[1], {"continuation-token", listing.next}};
  }
}

Result<bool> S3Store::remove_if_older(const Hash& hash, Moment moment) {
  VALION_TRY_ASSIGN(const auto when, written(hash));
  if (!when || *when >= moment) return false;
  VALION_TRY(expect(204, {"DELETE", key_of(hash), {}, {}}));
  ::unlink(cached(hash).c_str());
  return true;
}

}  // namespace valion::s3

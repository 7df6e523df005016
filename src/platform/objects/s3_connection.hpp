// Requests to one bucket: signed, sent over libcurl (TLS, the system's authorities), tried again when the store is not well.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "platform/objects/curl_library.hpp"
#include "platform/objects/object_url.hpp"
#include "platform/objects/signature_v4.hpp"

namespace valion::s3 {

struct Patience {
  int attempts = 5;
  std::chrono::milliseconds first_pause{200};  // doubles, and is taken at random between half and whole
  std::chrono::seconds connecting{10};
  std::chrono::seconds stalled{30};  // not a byte for so long
};

struct Request {
  std::string method;
  std::string key;  // within the bucket; empty: the bucket itself
  Fields query;
  std::string_view body;  // kept by the caller
  int into = -1;          // a descriptor that gets the body of a success instead of `Answer::body`
};

struct Answer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

// Thread-safe: each request has a connection of its own, kept for the next.
class Connection {
 public:
  // Throws std::runtime_error when libcurl cannot be loaded.
  Connection(S3Place place, Credentials credentials, Patience patience = {});

  // Any answer that trying again would not change is a success, also 403 and 404. unavailable when the store could not be
  // reached or kept failing; internal when `into` cannot be written.
  [[nodiscard]] Result<Answer> send(const Request& request) const;
  [[nodiscard]] const S3Place& place() const noexcept { return place_; }

 private:
  struct FreeHandle {
    const CurlLibrary* curl;
    void operator()(CURL* handle) const noexcept { curl->easy_cleanup(handle); }
  };
  using Handle = std::unique_ptr<CURL, FreeHandle>;

  [[nodiscard]] Result<Answer> send_once(CURL* handle, const Request& request) const;
  [[nodiscard]] std::vector<std::string> header_lines(const Request& request, const std::string& path) const;
  [[nodiscard]] Handle take_handle() const;

  const CurlLibrary* curl_;
  S3Place place_;
  Credentials credentials_;
  Patience patience_;
  std::string origin_;  // scheme://host[:port]
  std::string host_;    // as in the Host header
  mutable std::mutex mutex_;
  mutable std::vector<Handle> idle_;
};

}  // namespace valion::s3

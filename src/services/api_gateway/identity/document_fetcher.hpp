// GET over libcurl (TLS, the system's authorities), away from the event loop: for the few documents of trusted issuers.
//
// Bounded in time (5 s) and size (256 KiB); no redirect is followed, so that an issuer cannot send us elsewhere; only
// https, or http to this machine (may_be_fetched()).
#pragma once

#include <chrono>
#include <string>

#include "base/result.hpp"
#include "platform/async/async.hpp"
#include "platform/async/cpu_pool.hpp"

namespace valion::gateway {

struct FetchBounds {
  std::chrono::milliseconds connecting{3'000};
  std::chrono::milliseconds whole{5'000};
  std::size_t bytes = 256u << 10;
};

// On one event loop, which must outlive it. Threads of its own, since they wait instead of computing.
class DocumentFetcher {
 public:
  explicit DocumentFetcher(FetchBounds bounds = {}) : bounds_(bounds), pool_(2, 32) {}

  // The body of a 200; unavailable for everything else. `ca_file` empty: whom the system trusts.
  Async<Result<std::string>> fetch(std::string url, std::string ca_file);

 private:
  FetchBounds bounds_;
  CpuPool pool_;
};

// The same, blocking.
[[nodiscard]] Result<std::string> fetch_document(const std::string& url, const std::string& ca_file,
                                                 const FetchBounds& bounds);

}  // namespace valion::gateway

// API keys by their text: looked up once for all who ask at the same time, with a brake on guessing.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "services/api_gateway/identity/api_key_catalogue.hpp"
#include "services/api_gateway/identity/failure_throttle.hpp"
#include "services/api_gateway/identity/flight.hpp"

namespace valion::gateway {

[[nodiscard]] tl::unexpected<Error> not_an_api_key();
// Seconds since 1970; 0: never.
[[nodiscard]] std::int64_t expiry_of(const ApiKey& key);

// On one event loop. `catalogue` must outlive it.
class ApiKeyLookup {
 public:
  ApiKeyLookup(Executor executor, ApiKeyCatalogue& catalogue) : executor_(std::move(executor)), catalogue_(catalogue) {}

  // The key whose id and secret these are, whether in force or not. unauthenticated; too_many_requests when many were
  // unknown from this address within a minute; unavailable when the catalogue cannot be read.
  Async<Result<ApiKey>> find(std::string_view text, std::string remote_address);

  // Grows when any key was made, revoked or forgotten.
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }
  Async<Result<void>> refresh();

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Found {
    std::optional<ApiKey> key;  // none: there is no such key
    std::uint64_t generation = 0;
    Time asked;
  };
  [[nodiscard]] const Found* recent(const std::string& id) const;
  Async<Result<void>> look_up(std::string id, std::string remote_address);

  Executor executor_;
  ApiKeyCatalogue& catalogue_;
  std::uint64_t generation_ = 0;
  std::int64_t version_ = -1;
  std::map<std::string, Found> found_;
  std::map<std::string, std::shared_ptr<Flight>> flights_;
  FailureThrottle unknown_{{30, std::chrono::seconds(60), 10'000}};
};

}  // namespace valion::gateway

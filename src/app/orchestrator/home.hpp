// VALION_HOME: the one folder that holds all state of a system, and the lock that keeps a second orchestrator out.
//
//   logs/  redis/  secrets/  db/  services/{name}/  cache/  run/gateway.url
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace valion::app {

// Held until destroyed, or until the process ends however it ends (flock).
class HomeLock {
 public:
  // Creates the folders (0700). conflict when another orchestrator runs here; internal when the folder cannot be written.
  [[nodiscard]] static Result<HomeLock> take(const std::filesystem::path& home);
  ~HomeLock();
  HomeLock(HomeLock&& other) noexcept;
  HomeLock& operator=(HomeLock&&) = delete;

 private:
  explicit HomeLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

// Where a running system is reached; written when all services are ready, removed on a clean stop.
void write_gateway_address(const std::filesystem::path& home, const std::string& address);
void remove_gateway_address(const std::filesystem::path& home);
[[nodiscard]] std::optional<std::string> read_gateway_address(const std::filesystem::path& home);

// The one-time link by which the first admin chooses a password, while nobody has used it and it is not too old:
// `{address}/setup?token=…`. From VALION_HOME/secrets/setup.json, which the gateway writes.
[[nodiscard]] std::optional<std::string> read_setup_link(const std::filesystem::path& home, const std::string& address);

}  // namespace valion::app

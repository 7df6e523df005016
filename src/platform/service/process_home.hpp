// A service process's place in VALION_HOME: its folders, and which of several processes of the same service it is.
#pragma once

#include <filesystem>
#include <string>

namespace valion {

// Held as long as the process lives: the slot is a lock (flock) that the system releases however the process ends.
class ProcessHome {
 public:
  // Creates what is missing below `home`: logs, secrets, db, cache, run, services/{service}, all 0700. Throws
  // std::runtime_error that names the folder, the reason and the way out when something cannot be written.
  ProcessHome(const std::filesystem::path& home, const std::string& service);
  ~ProcessHome();
  ProcessHome(const ProcessHome&) = delete;
  ProcessHome& operator=(const ProcessHome&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return home_; }
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
  // `logs/ml_service.log`; `logs/ml_service-2.log` for a second process of the service while the first one lives.
  [[nodiscard]] std::filesystem::path log_file() const;

 private:
  std::filesystem::path home_;
  std::filesystem::path folder_;
  std::string service_;
  int slot_ = 1;
  int lock_ = -1;
};

}  // namespace valion

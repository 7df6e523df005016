// How well a service and what it needs are, answered within a second whatever hangs.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "platform/service/base_service.hpp"
#include "platform/service/within.hpp"

namespace valion {

// Every service has these: redis (a PING), registry (it can be read, and this instance stands in it), jobs database (a
// select), home (room on its disk). A service adds its own by health_check(). All run beside one another; what has not
// answered in `limit` is down, `timed out after …`, and is not asked again while it still hangs, so that a dead disk or
// database does not fill up with questions.
class DependencyChecks {
 public:
  // Both outlive it.
  DependencyChecks(BaseService& service, ServiceContext& context,
                   std::chrono::milliseconds limit = std::chrono::milliseconds(800));

  // Everything: the service's own dependencies come first. Not ready when health_check() says so or does not answer.
  Async<ServiceHealth> look();
  // Only what decides whether this instance wants requests.
  Async<ServiceHealth> look_at_service();

 private:
  template <class T>
  struct Check {
    std::string name;
    bool shared = false;  // with other processes: not looked at when the service stands alone
    Async<T> (DependencyChecks::*ask)();
    std::shared_ptr<UnderWay<T>> last;
    std::chrono::steady_clock::time_point asked_at;
  };
  template <class T>
  void ask(Check<T>& check);

  Async<ServiceHealth> ask_service();
  Async<DependencyHealth> ask_redis();
  Async<DependencyHealth> ask_registry();
  Async<DependencyHealth> ask_jobs_database();
  Async<DependencyHealth> ask_home();
  [[nodiscard]] std::string timed_out(std::chrono::steady_clock::time_point asked_at) const;

  BaseService& service_;
  ServiceContext& context_;
  std::chrono::milliseconds limit_;
  Check<ServiceHealth> own_;
  std::vector<Check<DependencyHealth>> platform_;
};

// The disk below `folder`.
struct DiskSpace {
  std::uint64_t free_bytes = 0;  // for us, not for root
  std::uint64_t size_bytes = 0;
};
[[nodiscard]] Result<DiskSpace> disk_space(const std::filesystem::path& folder);

inline constexpr std::uint64_t kLeastFreeBytes = 256u << 20;  // logs, catalogues and uploads need room
[[nodiscard]] DependencyHealth judge_disk(const Result<DiskSpace>& disk);

}  // namespace valion

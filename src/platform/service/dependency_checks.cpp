#include "platform/service/dependency_checks.hpp"

#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace valion {
namespace {

using Clock = std::chrono::steady_clock;

std::string mebibytes(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

}  // namespace

DependencyChecks::DependencyChecks(BaseService& service, ServiceContext& context, std::chrono::milliseconds limit)
    : service_(service),
      context_(context),
      limit_(limit),
      own_{"service", false, &DependencyChecks::ask_service, {}, {}} {
  platform_.push_back({"redis", true, &DependencyChecks::ask_redis, {}, {}});
  platform_.push_back({"registry", true, &DependencyChecks::ask_registry, {}, {}});
  platform_.push_back({"jobs database", false, &DependencyChecks::ask_jobs_database, {}, {}});
  platform_.push_back({"home", false, &DependencyChecks::ask_home, {}, {}});
}

// What still hangs is not asked again.
template <class T>
void DependencyChecks::ask(Check<T>& check) {
  if (check.last && !check.last->ended()) return;
  check.asked_at = Clock::now();
  check.last = std::make_shared<UnderWay<T>>(context_.executor, check.asked_at + limit_, (this->*check.ask)());
}

std::string DependencyChecks::timed_out(Clock::time_point asked_at) const {
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - asked_at);
  return "timed out: no answer for " + std::to_string(std::max(passed, limit_).count()) + " ms";
}

Async<ServiceHealth> DependencyChecks::look_at_service() {
  ask(own_);
  const auto under_way = own_.last;
  auto answer = co_await under_way->result();
  if (answer) co_return std::move(*answer);
  ServiceHealth health;
  health.ready = false;
  const std::string reason = under_way->ended() ? "its check failed: " + under_way->thrown() : timed_out(own_.asked_at);
  health.dependencies.push_back({own_.name, false, reason});
  co_return health;
}

Async<ServiceHealth> DependencyChecks::look() {
  const auto is_wanted = [&](const Check<DependencyHealth>& check) {
    return !check.shared || !service_.stands_alone();
  };
  for (Check<DependencyHealth>& check : platform_) {
    if (is_wanted(check)) ask(check);
  }
  ServiceHealth health = co_await look_at_service();
  for (Check<DependencyHealth>& check : platform_) {
    if (!is_wanted(check)) continue;
    const auto under_way = check.last;
    auto answer = co_await under_way->result();
    if (!answer) answer = DependencyHealth{"", false, timed_out(check.asked_at)};
    answer->name = check.name;
    health.dependencies.push_back(std::move(*answer));
  }
  co_return health;
}

Async<ServiceHealth> DependencyChecks::ask_service() {
  ServiceHealth health = co_await service_.health_check();
  co_return health;
}

Async<DependencyHealth> DependencyChecks::ask_redis() {
  const std::vector<std::string> ping(1, "PING");
  const auto reply = co_await context_.redis.command(ping);
  if (reply) co_return DependencyHealth{"", true, ""};
  co_return DependencyHealth{"", false, reply.error().message};
}

Async<DependencyHealth> DependencyChecks::ask_registry() {
  const auto known = context_.directory.instances(context_.self.service);
  if (!context_.directory.fresh()) {
    const std::string count = std::to_string(context_.directory.all().size());
    co_return DependencyHealth{"", false, "cannot be read; the " + count + " instances last seen stay in force"};
  }
  const bool registered = std::any_of(known.begin(), known.end(),
                                      [&](const registry::Instance& one) { return one.id == context_.self.id; });
  co_return DependencyHealth{"", registered, registered ? "" : "this instance does not stand in the registry"};
}

Async<DependencyHealth> DependencyChecks::ask_jobs_database() {
  const Result<int> one = co_await context_.jobs_database.read([](soci::session& sql) {
    int value = 0;
    sql << "select 1", soci::into(value);
    return value;
  });
  co_return DependencyHealth{"", one.has_value(), one ? "" : one.error().message};
}

Async<DependencyHealth> DependencyChecks::ask_home() { co_return judge_disk(disk_space(context_.home)); }

Result<DiskSpace> disk_space(const std::filesystem::path& folder) {
  struct statvfs found {};
  if (statvfs(folder.c_str(), &found) != 0) {
    return fail(ErrorKind::internal, "cannot look at the disk of " + folder.string() + ": " + std::strerror(errno));
  }
  return DiskSpace{found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize};
}

DependencyHealth judge_disk(const Result<DiskSpace>& disk) {
  if (!disk) return {"home", false, disk.error().message};
  if (disk->free_bytes >= kLeastFreeBytes) return {"home", true, ""};
  return {"home", false,
          "only " + mebibytes(disk->free_bytes) + " are free on its disk, " + mebibytes(kLeastFreeBytes) +
              " are wanted; make room or move VALION_HOME"};
}

}  // namespace valion

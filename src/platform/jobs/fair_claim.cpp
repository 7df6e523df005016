#include "platform/jobs/fair_claim.hpp"

#include <algorithm>
#include <utility>

#include "base/date.hpp"
#include "platform/jobs/job_rows.hpp"

namespace valion::jobs {
namespace {

constexpr int kPriorities = 3;
const std::string kClaimLock = "select pg_advisory_xact_lock(7309453371885)";
constexpr std::size_t kMostRemembered = 10'000;  // tenants

// Kinds are our own words (letters, digits, `.`, `_`), so they may stand in the statement.
std::string kind_list(const std::vector<std::string>& kinds) {
  std::string list;
  for (const std::string& kind : kinds) list += (list.empty() ? "'" : ", '") + kind + "'";
  return list;
}

std::string ready(const Claiming& claiming) {
  return "state = 'queued' and service = :service and not_before_ms <= " + claiming.clock + " and kind in (" +
         kind_list(claiming.kinds) + ")";
}

// Jumps from tenant to tenant in the index, however many jobs each has.
std::vector<std::string> waiting_tenants(soci::session& session, const Claiming& claiming, int priority) {
  const std::string one = "from jobs where state = 'queued' and service = '" + claiming.service +
                          "' and priority = " + std::to_string(priority);
  const std::string statement = "with recursive waiting(tenant) as (select min(tenant) " + one +
                                " union all select (select min(tenant) " + one +
                                " and tenant > waiting.tenant) from waiting where waiting.tenant is not null) "
                                "select tenant from waiting where tenant is not null";
  std::vector<std::string> tenants;
  const soci::rowset<std::string> rows = (session.prepare << statement);
  for (const std::string& tenant : rows) tenants.push_back(tenant);
  return tenants;
}

std::map<std::string, std::size_t> running_by_tenant(soci::session& session, const std::string& service) {
  std::map<std::string, std::size_t> counts;
  std::string tenant;
  int count = 0;
  soci::statement rows = (session.prepare << "select tenant, count(*) from jobs where service = :service and state = "
                                             "'running' group by tenant",
                          soci::into(tenant), soci::into(count), soci::use(service));
  rows.execute();
  while (rows.fetch()) counts[tenant] = static_cast<std::size_t>(count);
  return counts;
}

class StartJobs {
 public:
  StartJobs(soci::session& session, const Claiming& claiming)
      : now_(utc_timestamp(std::chrono::system_clock::now())),
        statement_(
            (session.prepare << "update jobs set state = 'running', fence = fence + 1, attempt = attempt + 1, "
                                "instance = :instance, started_at = :now, revision = revision + 1, heartbeat_ms = " +
                                    claiming.clock + " where id = :id and state = 'queued' and fence = :fence",
             soci::use(claiming.instance), soci::use(now_), soci::use(id_), soci::use(fence_))) {}

  bool start(JobRecord& job, const std::string& instance) {
    id_ = job.id;
    fence_ = job.fence;
    if (affected(statement_) != 1) return false;
    job.state = JobState::running;
    job.instance = instance;
    job.started_at = now_;
    ++job.fence;
    ++job.attempt;
    ++job.revision;
    return true;
  }

 private:
  std::string now_, id_;
  long long fence_ = 0;
  soci::statement statement_;
};

}  // namespace

std::vector<std::string> FairClaim::in_turn(std::vector<std::string> tenants,
                                            const std::map<std::string, std::size_t>& running) const {
  const auto rank = [&](const std::string& tenant) {
    const auto busy = running.find(tenant);
    const auto served = served_.find(tenant);
    return std::pair{busy == running.end() ? std::size_t{0} : busy->second,
                     served == served_.end() ? std::uint64_t{0} : served->second};
  };
  std::stable_sort(tenants.begin(), tenants.end(),
                   [&](const std::string& a, const std::string& b) { return rank(a) < rank(b); });
  return tenants;
}

Claimed FairClaim::claim(soci::session& session, const Claiming& claiming, std::size_t wanted,
                         const std::function<bool(const std::string&)>& here) {
  Claimed claimed;
  if (claiming.kinds.empty() || wanted == 0) return claimed;
  if (served_.size() > kMostRemembered) served_.clear();
  // Counting and claiming must not interleave with another process's, or both would stay below the limit and pass it together.
  if (claiming.postgresql && claiming.tenant_limit > 0) session << kClaimLock;
  StartJobs starting(session, claiming);
  auto running = running_by_tenant(session, claiming.service);
  const std::string oldest = "where " + ready(claiming) +
                             " and priority = :priority and tenant = :tenant order by not_before_ms, id limit :most" +
                             (claiming.postgresql ? " for update skip locked" : "");
  for (int priority = 0; priority < kPriorities && claimed.jobs.size() < wanted; ++priority) {
    auto tenants = in_turn(waiting_tenants(session, claiming, priority), running);
    while (!tenants.empty() && claimed.jobs.size() < wanted) {
      const std::size_t share = (wanted - claimed.jobs.size() + tenants.size() - 1) / tenants.size();
      std::vector<std::string> more;  // tenants that may have more
      for (const std::string& tenant : tenants) {
        std::size_t& busy = running[tenant];
        std::size_t most = std::min(share, wanted - claimed.jobs.size());
        if (claiming.tenant_limit > 0 && busy + most > claiming.tenant_limit) {
          most = claiming.tenant_limit - std::min(busy, claiming.tenant_limit);
          claimed.limited = true;
        }
        if (most == 0) continue;
        const int limit = static_cast<int>(most);
        std::size_t found = 0;
        for (JobRecord& job : select_jobs(session, oldest, claiming.service, priority, tenant, limit)) {
          if (here(job.id) || !starting.start(job, claiming.instance)) continue;
          claimed.jobs.push_back(std::move(job));
          ++busy;
          ++found;
        }
        if (found > 0) served_[tenant] = ++turn_;
        if (found == most) more.push_back(tenant);
      }
      tenants = std::move(more);
    }
  }
  return claimed;
}

bool FairClaim::anything_ready(soci::session& session, const Claiming& claiming) {
  if (claiming.kinds.empty()) return false;
  int found = 0;
  session << "select count(*) from (select 1 from jobs where " + ready(claiming) + " limit 1) as found",
      soci::into(found), soci::use(claiming.service);
  return found != 0;
}

}  // namespace valion::jobs

// Whose job is next: the highest priority, then the tenant with the fewest running jobs, then the tenant that has waited longest
// to be served, then the oldest job. So many queued jobs of one tenant do not keep another waiting.
#pragma once

#include <soci/soci.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "platform/jobs/job.hpp"

namespace valion::jobs {

struct Claiming {
  std::string clock;
  bool postgresql = false;
  std::string service;
  std::string instance;
  std::vector<std::string> kinds;  // that this process knows
  std::size_t tenant_limit = 0;    // running at once, of one tenant in one service; 0: no limit
};

struct Claimed {
  std::vector<JobRecord> jobs;  // now running, owned by the instance, each with its new fence
  bool limited = false;         // a tenant has more, but has reached its limit
};

// Remembers in which order tenants were served. One per process; not thread-safe.
class FairClaim {
 public:
  // Inside a writing transaction. `here`: whether this process still works on an earlier attempt of that job.
  Claimed claim(soci::session& session, const Claiming& claiming, std::size_t wanted,
                const std::function<bool(const std::string& id)>& here);
  // Only reads.
  [[nodiscard]] static bool anything_ready(soci::session& session, const Claiming& claiming);

 private:
  [[nodiscard]] std::vector<std::string> in_turn(std::vector<std::string> tenants,
                                                 const std::map<std::string, std::size_t>& running) const;

  std::map<std::string, std::uint64_t> served_;  // tenant > when last, as a running number
  std::uint64_t turn_ = 0;
};

}  // namespace valion::jobs

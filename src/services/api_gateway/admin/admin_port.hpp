// The operator's own port: what the gateway has in force, and the few things that may be changed while it runs.
//
//   GET  /routes /instances /breakers /cache /limits /config /log-level
//   PUT  /log-level {"level": "debug"}     in force until the process ends
//   POST /cache/purge {"tag": "…"} or {"prefix": "/…"} or {"all": true}
//   POST /reload                           as SIGHUP: the route table's file is read again; 422 with every mistake
//   POST /drain                            202; as SIGTERM: nothing new is accepted, what runs ends, the process ends
//
// Only on 127.0.0.1, and only with an internal token of the role `admin` or `service` (Authorization: Bearer, what `valion gateway`
// sends); a client's token is none. Pages of a browser on the same machine have no such token, and whatever carries an Origin is
// refused besides; so is a Host other than the loopback's, behind which a rebound name may be. Errors are problem documents.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "platform/auth/token.hpp"
#include "platform/http/router.hpp"
#include "platform/log/logger.hpp"
#include "platform/metrics/metrics.hpp"
#include "services/api_gateway/admin/admin_views.hpp"

namespace valion::gateway::admin {

// What the parts of the gateway tell and do. All on the event loop's thread, without waiting; one that is not there answers 404.
struct Parts {
  std::function<RoutesView()> routes;
  std::function<std::vector<InstanceView>()> instances;
  std::function<std::vector<BreakerView>()> breakers;
  std::function<CacheView()> cache;
  std::function<std::size_t(const Purge&)> purge;  // entries
  std::function<LimitsView()> limits;
  std::function<std::map<std::string, std::string>()> config;  // setting > value, secrets masked
  std::function<Result<ReloadView>()> reload;
  std::function<void()> drain;
  std::function<void(const http::Request&, const std::string&)> changed;  // hears what was done by whom: the audit log
};

struct PortSettings {
  std::uint16_t port = 0;  // 0 here: a free one
};

class AdminPort {
 public:
  // Everything given must outlive this.
  AdminPort(Executor executor, PortSettings settings, Parts parts, const auth::SigningKey& internal_key,
            log::Logger& log, metrics::Registry& metrics);
  ~AdminPort();  // closes what is open
  AdminPort(const AdminPort&) = delete;
  AdminPort& operator=(const AdminPort&) = delete;

  // Listens. A port that is taken is said in the log and tried again every second: while a gateway is replaced its predecessor
  // still holds it, and the public port matters more.
  void start();
  [[nodiscard]] std::uint16_t port() const noexcept;  // 0 as long as it does not listen

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace valion::gateway::admin

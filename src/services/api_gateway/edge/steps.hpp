// The parts that an exchange goes through, as the service has put them together; and what is kept of each route while it is in force.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "platform/auth/token.hpp"
#include "platform/log/logger.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/service/upstream.hpp"
#include "platform/trace/span.hpp"
#include "services/api_gateway/cache/response_cache.hpp"
#include "services/api_gateway/edge/figures.hpp"
#include "services/api_gateway/identity/caller.hpp"
#include "services/api_gateway/identity/refusals.hpp"
#include "services/api_gateway/limits/concurrency_limit.hpp"
#include "services/api_gateway/limits/limiter.hpp"
#include "services/api_gateway/message/cors.hpp"
#include "services/api_gateway/message/head.hpp"
#include "services/api_gateway/message/security_fields.hpp"
#include "services/api_gateway/routing/table.hpp"

namespace valion::gateway {

// One route of the table in force.
struct ActiveRoute {
  const Route* route = nullptr;
  Upstream* upstream = nullptr;                  // null: the gateway itself
  limits::ConcurrencyLimit* shedding = nullptr;  // of that service; null: none
  RouteFigures figures;
  bool compresses = false;  // gzip and brotli for who accepts them: services of the house, not fixed upstreams
};

using Shedding = std::map<std::string, limits::ConcurrencyLimit>;  // by service

// A table with what belongs to it. Exchanges that began with an old one end with it.
struct ActiveRoutes {
  // `shedding` may be null: nobody is turned away; else it outlives this.
  ActiveRoutes(std::shared_ptr<const RouteTable> routes, Upstreams& upstreams, metrics::Registry& metrics,
               Shedding* shedding = nullptr);
  [[nodiscard]] ActiveRoute& of(const Route& route) { return all[table->index_of(route)]; }

  std::shared_ptr<const RouteTable> table;
  std::vector<ActiveRoute> all;  // in the table's order
};

// Who asks. `known` is the common case: null when verify() must be asked, which may wait.
class CallerCheck {
 public:
  virtual ~CallerCheck() = default;
  [[nodiscard]] virtual CallerPtr known(const Fields& fields) = 0;
  virtual Async<Result<CallerPtr>> verify(const Fields& fields, const std::string& remote_address) = 0;
  // `Bearer …` for the service that answers, in the caller's name. Valid until the next call.
  [[nodiscard]] virtual const std::string& internal_authorization(const Caller& caller) = 0;
};

struct Steps {
  log::Logger& log;
  metrics::Registry& metrics;
  trace::Tracer tracer;
  Upstreams& upstreams;
  CallerCheck& callers;
  std::shared_ptr<ActiveRoutes> routes;      // another one after each reload
  const SecurityFields* security = nullptr;  // of every answer; null: none
  const Cors* cors = nullptr;                // null: services answer for themselves
  limits::Limiter* limiter = nullptr;        // null: nobody is counted
  cache::ResponseCache* cache = nullptr;     // null: nothing is kept
  bool older_limit_fields = false;           // the X-RateLimit-… trio too
  bool access_log = true;
  std::function<void(const RefusedPermission&)>
      refused;  // hears of callers who may not do what they asked; may be empty
};

}  // namespace valion::gateway

// What the connections to Redis and to the databases do, as metrics.
//
// Redis: redis_connected, redis_connections_total (1 at start, more when it was lost), redis_commands_total{outcome},
// redis_command_duration_seconds, redis_commands_in_flight. SQL, with `database`: sql_connections, sql_connections_in_use,
// sql_connection_wait_seconds, sql_connection_timeouts_total, sql_transaction_duration_seconds.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "platform/metrics/metrics.hpp"
#include "platform/redis/observer.hpp"
#include "platform/sql/observer.hpp"

namespace valion {

// Both keep the registry's series alive: what waits for an answer may end after it.
class RedisMetrics final : public redis::Observer {
 public:
  explicit RedisMetrics(metrics::Registry& registry);
  void connection(bool up) override;
  void sent() override;
  void ended(double seconds, redis::Outcome outcome) override;

 private:
  std::shared_ptr<const void> alive_;
  prometheus::Gauge& connected_;
  prometheus::Counter& connections_;
  prometheus::Gauge& in_flight_;
  prometheus::Histogram& seconds_;
  std::array<prometheus::Counter*, 3> outcomes_;  // in the order of redis::Outcome
};

class SqlMetrics final : public sql::Observer {
 public:
  SqlMetrics(metrics::Registry& registry, const std::string& database, std::size_t connections);
  void leased(double waited_seconds) override;
  void released(double held_seconds) override;
  void gave_up(double waited_seconds) override;

 private:
  std::shared_ptr<const void> alive_;
  prometheus::Gauge& in_use_;
  prometheus::Histogram& waited_;
  prometheus::Histogram& held_;
  prometheus::Counter& timeouts_;
};

}  // namespace valion

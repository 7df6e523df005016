#include "platform/service/store_metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

namespace valion {
namespace {

prometheus::Counter* commands_ended(metrics::Registry& registry, const char* outcome) {
  return &registry.counter("redis_commands_total", "Commands sent to Redis, by how they ended", {{"outcome", outcome}});
}

}  // namespace

RedisMetrics::RedisMetrics(metrics::Registry& registry)
    : alive_(registry.alive()),
      connected_(registry.gauge("redis_connected", "1 while there is a connection to Redis")),
      connections_(registry.counter("redis_connections_total", "Connections made to Redis")),
      in_flight_(registry.gauge("redis_commands_in_flight", "Commands that wait for Redis' answer")),
      seconds_(registry.latency("redis_command_duration_seconds", "From sending a command to its answer")),
      outcomes_{commands_ended(registry, "answered"), commands_ended(registry, "refused"),
                commands_ended(registry, "unanswered")} {}

void RedisMetrics::connection(bool up) {
  connected_.Set(up ? 1 : 0);
  if (up) connections_.Increment();
}

void RedisMetrics::sent() { in_flight_.Increment(); }

void RedisMetrics::ended(double seconds, redis::Outcome outcome) {
  in_flight_.Decrement();
  seconds_.Observe(seconds);
  outcomes_[static_cast<std::size_t>(outcome)]->Increment();
}

SqlMetrics::SqlMetrics(metrics::Registry& registry, const std::string& database, std::size_t connections)
    : alive_(registry.alive()),
      in_use_(
          registry.gauge("sql_connections_in_use", "Connections that hold a transaction", {{"database", database}})),
      waited_(
          registry.latency("sql_connection_wait_seconds", "Waiting for a free connection", {{"database", database}})),
      held_(registry.latency("sql_transaction_duration_seconds", "Transactions, retries included",
                             {{"database", database}})),
      timeouts_(registry.counter("sql_connection_timeouts_total", "Given up: no connection became free in time",
                                 {{"database", database}})) {
  registry.gauge("sql_connections", "Connections in the pool", {{"database", database}})
      .Set(static_cast<double>(connections));
}

void SqlMetrics::leased(double waited_seconds) {
  in_use_.Increment();
  waited_.Observe(waited_seconds);
}

void SqlMetrics::released(double held_seconds) {
  in_use_.Decrement();
  held_.Observe(held_seconds);
}

void SqlMetrics::gave_up(double waited_seconds) {
  waited_.Observe(waited_seconds);
  timeouts_.Increment();
}

}  // namespace valion

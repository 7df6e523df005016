#include "platform/jobs/job_schema.hpp"

namespace valion::jobs {
namespace {

constexpr std::string_view kFirstForm =
    "create table jobs (id text primary key, kind text not null, tenant text not null, user_name text not null, "
    "service text not null, instance text not null, state text not null, cancel_requested integer not null default 0, "
    "heartbeat_ms bigint not null, progress_done double precision not null, progress_total double precision not null, "
    "stage text not null default '', created_at text not null, started_at text not null default '', "
    "finished_at text not null default '', result text not null default '', error_kind text not null default '', "
    "error_message text not null default '');"
    "create index jobs_by_state on jobs (state, heartbeat_ms);"
    "create index jobs_by_tenant on jobs (tenant, created_at)";

// Jobs of the first form lived in their process alone: what has not ended by now never will.
constexpr std::string_view kAnyInstanceRunsThem =
    "update jobs set state = 'failed', error_kind = 'interrupted', finished_at = created_at, error_message = "
    "'the process that ran this job ended before the job did' where state in ('queued', 'running');"
    "alter table jobs add column roles text not null default '';"
    "alter table jobs add column priority integer not null default 1;"
    "alter table jobs add column attempt integer not null default 1;"
    "alter table jobs add column max_attempts integer not null default 1;"
    "alter table jobs add column fence bigint not null default 0;"
    "alter table jobs add column revision bigint not null default 0;"
    "alter table jobs add column not_before_ms bigint not null default 0;"
    "alter table jobs add column expires_ms bigint not null default 0;"
    "alter table jobs add column eta double precision not null default -1;"
    "alter table jobs add column payload text not null default '';"
    "alter table jobs add column checkpoint text not null default '';"
    "alter table jobs add column dead integer not null default 0;"
    "alter table jobs add column idempotency_key text not null default '';"
    "alter table jobs add column request_id text not null default '';"
    "alter table jobs add column traceparent text not null default '';"
    "drop index jobs_by_state;"
    "drop index jobs_by_tenant;"
    "create index jobs_of_tenant on jobs (tenant, id);"
    "create index jobs_waiting on jobs (service, priority, tenant, not_before_ms, id, expires_ms) where state = "
    "'queued';"
    "create index jobs_running on jobs (service, tenant, heartbeat_ms) where state = 'running';"
    "create index jobs_dead on jobs (id) where dead = 1;"
    "create unique index jobs_by_idempotency_key on jobs (tenant, user_name, idempotency_key) "
    "where idempotency_key <> '';"
    "create table idempotency_keys (tenant text not null, user_name text not null, route text not null, "
    "idempotency_key text not null, body_hash text not null, status integer not null default 0, "
    "location text not null default '', body text not null default '', taken_ms bigint not null, "
    "primary key (tenant, user_name, route, idempotency_key));"
    "create index idempotency_keys_by_age on idempotency_keys (taken_ms)";

}  // namespace

const std::vector<sql::Migration>& job_migrations() {
  static const std::vector<sql::Migration> steps{{"create jobs", kFirstForm},
                                                 {"any instance runs jobs", kAnyInstanceRunsThem}};
  return steps;
}

std::string clock_expression(bool is_postgresql) {
  return is_postgresql ? "cast(extract(epoch from clock_timestamp()) * 1000 as bigint)"
                       : "cast((julianday('now') - 2440587.5) * 86400000 as integer)";
}

}  // namespace valion::jobs

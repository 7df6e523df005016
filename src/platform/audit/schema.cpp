#include <stdexcept>

#include "platform/audit/audit_log.hpp"

namespace valion::audit {
namespace {

const std::vector<sql::Migration>& migrations() {
  static const std::vector<sql::Migration> steps{{"audit log", R"(
        create table audit_log (
          sequence bigint primary key,
          at text not null,
          tenant text not null,
          actor text not null,
          action text not null,
          object text not null,
          outcome text not null,
          request_id text not null,
          detail text not null,
          personal_digest text not null,
          previous_hash text not null,
          hash text not null);
        create index audit_log_tenant on audit_log (tenant, sequence);
        create table audit_persons (
          pseudonym text primary key,
          name text not null unique,
          salt text not null);
        create table audit_personal (
          sequence bigint primary key,
          pseudonym text not null,
          salt text not null,
          address text not null);
        create index audit_personal_person on audit_personal (pseudonym);
        create table audit_head (
          id integer primary key,
          sequence bigint not null,
          hash text not null);
        insert into audit_head (id, sequence, hash) values
          (1, 0, '0000000000000000000000000000000000000000000000000000000000000000'))"}};
  return steps;
}

// Any constant will do that nothing else locks (sql/database.cpp, jobs/fair_claim.cpp), as long as every version of Valion uses the same one.
constexpr const char* kTriggerLock = "select pg_advisory_xact_lock(7309453371886)";

// Not a migration step: a trigger's body has semicolons of its own, and the two dialects differ.
void guard_sqlite(soci::session& session) {
  for (const std::string change : {"update", "delete"}) {
    session << "create trigger if not exists audit_log_no_" + change + " before " + change +
                   " on audit_log begin select raise(abort, 'the audit log is append-only'); end";
  }
}

void guard_postgresql(soci::session& session) {
  session << kTriggerLock;
  int guarded = 0;
  session << "select count(*) from pg_trigger where tgname = 'audit_log_no_truncate' and tgrelid = "
             "to_regclass('audit_log')",
      soci::into(guarded);
  if (guarded > 0) return;
  session << "create or replace function audit_log_refuse() returns trigger language plpgsql as $$ begin raise "
             "exception 'the audit log is append-only'; end $$";
  session << "create trigger audit_log_no_change before update or delete on audit_log for each row execute function "
             "audit_log_refuse()";
  session << "create trigger audit_log_no_truncate before truncate on audit_log for each statement execute function "
             "audit_log_refuse()";
}

}  // namespace

void migrate(sql::Database& database) {
  database.migrate("audit", migrations());
  const auto guard = [&](soci::session& session) {
    database.is_postgresql() ? guard_postgresql(session) : guard_sqlite(session);
    return true;
  };
  const Result<void> guarded = database.transact(guard);
  if (!guarded) throw std::runtime_error("cannot guard the audit log: " + guarded.error().message);
}

}  // namespace valion::audit

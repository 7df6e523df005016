#include "platform/jobs/idempotency.hpp"

#include <utility>

#include "base/date.hpp"
#include "platform/jobs/job_schema.hpp"

namespace valion::jobs {
namespace {

constexpr const char* kThisKey =
    " where tenant = :tenant and user_name = :user and route = :route and idempotency_key = :key";

std::string milliseconds(std::chrono::milliseconds time) { return std::to_string(time.count()); }

struct Row {
  std::string body_hash;
  StoredAnswer answer;
  long long age_ms = 0;
};

std::optional<Row> read_row(soci::session& session, const std::string& clock, const IdempotentRequest& request) {
  Row row;
  session << "select body_hash, status, location, body, " + clock + " - taken_ms from idempotency_keys" + kThisKey,
      soci::into(row.body_hash), soci::into(row.answer.status), soci::into(row.answer.location),
      soci::into(row.answer.body), soci::into(row.age_ms), soci::use(request.principal.tenant),
      soci::use(request.principal.user), soci::use(request.route), soci::use(request.key);
  if (!session.got_data()) return std::nullopt;
  return row;
}

bool outlived(const Row& row) {
  const std::chrono::milliseconds age{row.age_ms};
  return row.answer.status == 0 ? age > kInFlightFor : age > kKeptFor;
}

void delete_row(soci::session& session, const IdempotentRequest& request) {
  session << std::string("delete from idempotency_keys") + kThisKey, soci::use(request.principal.tenant),
      soci::use(request.principal.user), soci::use(request.route), soci::use(request.key);
}

bool insert_row(soci::session& session, const std::string& clock, const IdempotentRequest& request) {
  soci::statement insert =
      (session.prepare
           << "insert into idempotency_keys (tenant, user_name, route, idempotency_key, body_hash, taken_ms) "
              "values (:tenant, :user, :route, :key, :hash, " +
                  clock + ") on conflict do nothing",
       soci::use(request.principal.tenant), soci::use(request.principal.user), soci::use(request.route),
       soci::use(request.key), soci::use(request.body_hash));
  insert.execute(true);
  return insert.get_affected_rows() == 1;
}

Result<std::optional<StoredAnswer>> take(soci::session& session, const std::string& clock,
                                         const IdempotentRequest& request) {
  if (insert_row(session, clock, request)) {
    delete_old_keys(session, clock);
    return std::optional<StoredAnswer>();
  }
  auto row = read_row(session, clock, request);
  if (!row || outlived(*row)) {
    delete_row(session, request);
    if (insert_row(session, clock, request)) return std::optional<StoredAnswer>();
    return fail(ErrorKind::conflict, "another request with this Idempotency-Key is in flight; try again");
  }
  if (row->body_hash != request.body_hash) {
    return fail(ErrorKind::invalid, "this Idempotency-Key was used for a request with another body; use a new key");
  }
  if (row->answer.status == 0) {
    return fail(ErrorKind::conflict, "the first request with this Idempotency-Key is still in flight; try again");
  }
  return std::optional<StoredAnswer>(std::move(row->answer));
}

}  // namespace

Async<Result<std::optional<StoredAnswer>>> take_key(sql::Database& database, IdempotentRequest request) {
  auto work = [clock = clock_expression(database.is_postgresql()),
               request = std::move(request)](soci::session& session) { return take(session, clock, request); };
  co_return co_await database.run(std::move(work));
}

Async<Result<void>> keep_answer(sql::Database& database, IdempotentRequest request, StoredAnswer answer) {
  auto work = [request = std::move(request), answer = std::move(answer)](soci::session& session) {
    session << std::string("update idempotency_keys set status = :status, location = :location, body = :body") +
                   kThisKey,
        soci::use(answer.status), soci::use(answer.location), soci::use(answer.body),
        soci::use(request.principal.tenant), soci::use(request.principal.user), soci::use(request.route),
        soci::use(request.key);
  };
  co_return co_await database.run(std::move(work));
}

Async<Result<void>> release_key(sql::Database& database, IdempotentRequest request) {
  auto work = [request = std::move(request)](soci::session& session) { delete_row(session, request); };
  co_return co_await database.run(std::move(work));
}

void delete_old_keys(soci::session& session, const std::string& clock) {
  const std::string old = clock + " - " + milliseconds(kKeptFor);
  session << "delete from idempotency_keys where taken_ms < " + old;
  const std::string created = utc_timestamp(std::chrono::system_clock::now() - kKeptFor);
  session << "update jobs set idempotency_key = '' where idempotency_key <> '' and created_at < :created",
      soci::use(created);
}

}  // namespace valion::jobs

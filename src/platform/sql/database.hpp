// SQL over SQLite (WAL) or PostgreSQL through SOCI, on its own threads so that no event loop ever waits for a disk.
//
//   auto count = co_await database.run([](soci::session& sql) { int n = 0; sql << "select count(*) from jobs", soci::into(n); return n; });
//
// `work` runs inside one transaction, committed when it returns a value, rolled back when it returns an error or throws.
// It runs again after a lost race or connection, so it must not use up what it captured.
// SQLite: transactions are IMMEDIATE, with a busy timeout of 10 s; at most one writer at a time, from any process.
// Errors of the database itself: conflict (unique or foreign key), unavailable (busy, gone), internal. Their messages hold
// neither bound values nor the password.
#pragma once

#include <soci/soci.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "platform/async/async.hpp"
#include "platform/async/cpu_pool.hpp"
#include "platform/sql/observer.hpp"
#include "platform/trace/span.hpp"

namespace valion::sql {

// One step of a schema's history. Steps are applied in order, once each, recorded in table `schema_migrations(scope, step)`.
struct Migration {
  std::string_view name;
  // One statement, or several separated by `;` (no `;` inside literals), in the common dialect of both.
  std::string_view statement;
};

enum class Access { write, read };

// Of SQLite: with `normal` a power cut may undo the last commits (never half of one, and no process's death does); `full` waits for
// the disk at each commit. PostgreSQL is configured for itself, and waits unless told otherwise.
enum class Durability { normal, full };

class Database {
 public:
  // `url`: `sqlite:/path/file.db` (created with mode 0600), `postgresql:host=… dbname=…` (libpq's key words) or libpq's URI
  // `postgresql://…`. Throws std::runtime_error naming the URL without its password when it cannot open.
  explicit Database(const std::string& url, std::size_t connections = 4, Durability durability = Durability::normal);
  ~Database();

  // Blocking; called at start. Two processes may call it at once. `scope` keeps the histories of two components apart.
  // All steps or none. Throws std::runtime_error, also when the database was made by a newer version.
  void migrate(std::string_view scope, const std::vector<Migration>& migrations);

  // A span «sql write» (or read) below `parent` when that records: from the asking to the end, retries included.
  template <class Work>
  auto run(Work work, const trace::Parent& parent = {}) {
    return run_with(Access::write, std::move(work), parent);
  }
  // For work that only selects: it neither waits for a writer nor keeps one waiting, and sees one moment of the database.
  template <class Work>
  auto read(Work work, const trace::Parent& parent = {}) {
    return run_with(Access::read, std::move(work), parent);
  }
  // The same, blocking, for threads that may wait (jobs, start-up). `work` returns whether to commit; when it says no, the
  // transaction is rolled back and that is no error.
  Result<void> transact(const std::function<bool(soci::session&)>& work, Access access = Access::write,
                        const trace::Parent& parent = {});

  [[nodiscard]] bool is_postgresql() const noexcept;
  [[nodiscard]] std::size_t connections() const noexcept;
  // Before other threads use the database.
  void observe(std::shared_ptr<Observer> observer);

 private:
  template <class Work>
  auto run_with(Access access, Work work, const trace::Parent& parent) {
    using Answer = typename detail::AsResult<std::invoke_result_t<Work&, soci::session&>>::type;
    return pool().run([this, access, job = std::move(work), span = begin_span(access, parent)]() mutable -> Answer {
      Answer answer = fail(ErrorKind::internal, "the transaction did not run");
      const auto keep_answer = [&](soci::session& session) {
        if constexpr (std::is_void_v<std::invoke_result_t<Work&, soci::session&>>) {
          job(session);
          answer = Answer{};
        } else {
          answer = job(session);
        }
        return answer.has_value();
      };
      Result<void> done = transact(keep_answer, access);
      if (!done) span.fail(done.error().message);
      span.end();
      if (!done) return fail(std::move(done).error());
      return answer;
    });
  }
  [[nodiscard]] trace::Span begin_span(Access access, const trace::Parent& parent) const;
  CpuPool& pool();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace valion::sql

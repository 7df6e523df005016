// Reading rows of the table `jobs`.
#pragma once

#include <soci/soci.h>

#include <optional>
#include <string>
#include <vector>

#include "platform/jobs/job.hpp"

namespace valion::jobs {

// One row being read: bind() names where the columns go, take() makes the value of them.
class JobRow {
 public:
  static const std::string& columns();
  void bind(soci::statement& statement);
  [[nodiscard]] JobRecord take() const;

 private:
  JobRecord job_;
  std::string state_, roles_, error_kind_, error_message_;
  int priority_ = 0, dead_ = 0, cancel_requested_ = 0;
  long long fence_ = 0, revision_ = 0, not_before_ms_ = 0;
  double eta_ = -1;
};

// `rest`: what follows `from jobs`, with one parameter for each of `values` (std::string, int or long long).
template <class... Values>
std::vector<JobRecord> select_jobs(soci::session& session, const std::string& rest, const Values&... values) {
  JobRow row;
  soci::statement statement(session);
  row.bind(statement);
  (statement.exchange(soci::use(values)), ...);
  statement.alloc();
  statement.prepare("select " + JobRow::columns() + " from jobs " + rest);
  statement.define_and_bind();
  statement.execute();
  std::vector<JobRecord> jobs;
  while (statement.fetch()) jobs.push_back(row.take());
  return jobs;
}

[[nodiscard]] std::optional<JobRecord> read_job(soci::session& session, const std::string& id);
// Nothing also for another tenant's.
[[nodiscard]] std::optional<JobRecord> read_job(soci::session& session, const std::string& tenant,
                                                const std::string& id);

// PostgreSQL takes neither a zero byte nor broken UTF-8, and messages may quote a user's file.
[[nodiscard]] std::string storable(std::string text);

// Executes an update that was prepared with its values; how many rows it changed.
int affected(soci::statement& statement);

}  // namespace valion::jobs

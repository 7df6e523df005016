#include "services/reporting_service/report_catalogue.hpp"

#include <vector>

#include "contracts/reports.hpp"
#include "platform/json/stored_document.hpp"
#include "platform/sql/text_column.hpp"

namespace valion::reporting {
namespace {

const std::vector<sql::Migration>& migrations() {
  static const std::vector<sql::Migration> steps{{"reports", R"(create table reports (
      tenant text not null,
      report text not null,
      created_at text not null,
      record text not null,
      primary key (tenant, report)))"}};
  return steps;
}

Result<std::string> read(soci::session& session, const std::string& tenant, const std::string& report) {
  std::string record;
  session << "select record from reports where tenant = :tenant and report = :report", soci::use(tenant),
      soci::use(report), soci::into(record);
  if (!session.got_data()) return fail(ErrorKind::not_found, "there is no report " + report);
  VALION_TRY(json::check_stored_format("the stored report " + report, record, contracts::ReportRecord::kFormat));
  return record;
}

}  // namespace

ReportCatalogue::ReportCatalogue(sql::Database& database) : database_(database) {
  database_.migrate("reports", migrations());
}

Result<std::string> ReportCatalogue::add_blocking(const std::string& tenant, const Hash& report,
                                                  const std::string& created_at, const std::string& record,
                                                  const trace::Parent& span) {
  Result<std::string> kept = fail(ErrorKind::internal, "the transaction did not run");
  const auto work = [&](soci::session& session) {
    session
        << "insert into reports (tenant, report, created_at, record) values (:tenant, :report, :created_at, :record) "
           "on conflict do nothing",
        soci::use(tenant), soci::use(report.text()), soci::use(created_at), soci::use(record);
    kept = read(session, tenant, report.text());
    return kept.has_value();
  };
  VALION_TRY(database_.transact(work, sql::Access::write, span));
  return kept;
}

Async<Result<std::string>> ReportCatalogue::find(const std::string& tenant, const Hash& report, trace::Parent span) {
  const auto work = [tenant, hash = report.text()](soci::session& session) { return read(session, tenant, hash); };
  co_return co_await database_.run(work, span);
}

Result<std::string> ReportCatalogue::find_blocking(const std::string& tenant, const Hash& report,
                                                   const trace::Parent& span) {
  Result<std::string> found = fail(ErrorKind::internal, "the transaction did not run");
  const auto work = [&](soci::session& session) {
    found = read(session, tenant, report.text());
    return found.has_value();
  };
  VALION_TRY(database_.transact(work, sql::Access::write, span));
  return found;
}

Result<std::vector<std::string>> ReportCatalogue::all_records_blocking() {
  return sql::read_texts(database_, "select record from reports");
}

}  // namespace valion::reporting

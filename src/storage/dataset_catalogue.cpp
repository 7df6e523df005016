#include "storage/dataset_catalogue.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "platform/sql/text_column.hpp"

namespace valion::storage {
namespace {

const std::vector<sql::Migration>& migrations() {
  static const std::vector<sql::Migration> steps{
      {"dataset versions",
       "create table dataset_versions (tenant text not null, version text not null, parent text not null, name text "
       "not null, "
       "row_count bigint not null, created_at text not null, created_by text not null, description text not null, "
       "primary key (tenant, version))"}};
  return steps;
}

std::optional<CatalogueEntry> read_entry(soci::session& session, const std::string& tenant,
                                         const std::string& version) {
  CatalogueEntry entry;
  std::string parent;
  long long rows = 0;
  session << "select parent, name, row_count, created_at, created_by, description from dataset_versions "
             "where tenant = :tenant and version = :version",
      soci::use(tenant), soci::use(version), soci::into(parent), soci::into(entry.name), soci::into(rows),
      soci::into(entry.created_at), soci::into(entry.created_by), soci::into(entry.description);
  if (!session.got_data()) return std::nullopt;
  entry.tenant = tenant;
  entry.version = Hash::parse(version).value_or(Hash());
  entry.parent = Hash::parse(parent).value_or(Hash());
  entry.rows = rows;
  return entry;
}

void insert_entry(soci::session& session, const CatalogueEntry& entry) {
  const long long rows = entry.rows;
  session
      << "insert into dataset_versions (tenant, version, parent, name, row_count, created_at, created_by, description) "
         "values (:tenant, :version, :parent, :name, :rows, :created_at, :created_by, :description) "
         "on conflict (tenant, version) do nothing",
      soci::use(entry.tenant), soci::use(entry.version.text()), soci::use(entry.parent.text()), soci::use(entry.name),
      soci::use(rows), soci::use(entry.created_at), soci::use(entry.created_by), soci::use(entry.description);
}

}  // namespace

DatasetCatalogue::DatasetCatalogue(sql::Database& database) : database_(database) {
  database_.migrate("data", migrations());
}

Async<Result<CatalogueEntry>> DatasetCatalogue::add(CatalogueEntry entry, trace::Parent span) {
  const auto work = [entry](soci::session& session) -> Result<CatalogueEntry> {
    insert_entry(session, entry);
    auto stored = read_entry(session, entry.tenant, entry.version.text());
    if (!stored) return fail(ErrorKind::internal, "the catalogue lost version " + entry.version.text());
    return std::move(*stored);
  };
  co_return co_await database_.run(work, span);
}

Async<Result<CatalogueEntry>> DatasetCatalogue::find(std::string tenant, Hash version, trace::Parent span) {
  const auto work = [tenant, version](soci::session& session) -> Result<CatalogueEntry> {
    auto stored = read_entry(session, tenant, version.text());
    if (!stored) return fail(ErrorKind::not_found, "there is no dataset version " + version.text());
    return std::move(*stored);
  };
  co_return co_await database_.run(work, span);
}

Result<std::vector<std::string>> DatasetCatalogue::all_versions_blocking() {
  return sql::read_texts(database_, "select distinct version from dataset_versions");
}

}  // namespace valion::storage

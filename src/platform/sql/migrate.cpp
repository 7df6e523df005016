#include "platform/sql/migrate.hpp"

#include <chrono>
#include <stdexcept>
#include <string>

#include "base/date.hpp"

namespace valion::sql {
namespace {

std::vector<std::string> applied_names(soci::session& session, const std::string& scope) {
  std::vector<std::string> names;
  const soci::rowset<std::string> rows =
      (session.prepare << "select name from schema_migrations where scope = :scope order by step", soci::use(scope));
  for (const std::string& name : rows) names.push_back(name);
  return names;
}

void check_history(const std::string& scope, const std::vector<std::string>& applied,
                   const std::vector<Migration>& known) {
  for (std::size_t i = 0; i < applied.size(); ++i) {
    if (i < known.size() && applied[i] == known[i].name) continue;
    throw std::runtime_error("the database's schema `" + scope + "` has step " + std::to_string(i + 1) + " `" +
                             applied[i] +
                             "`, which this program does not know; it was made by a newer version: use that one");
  }
}

void run_statements(soci::session& session, std::string_view statements) {
  while (!statements.empty()) {
    const std::size_t end = std::min(statements.find(';'), statements.size());
    const std::string_view statement = statements.substr(0, end);
    statements.remove_prefix(std::min(end + 1, statements.size()));
    if (statement.find_first_not_of(" \t\r\n") != std::string_view::npos) session << std::string(statement);
  }
}

}  // namespace

void apply_migrations(soci::session& session, std::string_view scope, const std::vector<Migration>& migrations) {
  session << "create table if not exists schema_migrations (scope text not null, step integer not null, "
             "name text not null, applied_at text not null, primary key (scope, step))";
  const std::string scope_name(scope);
  const std::vector<std::string> applied = applied_names(session, scope_name);
  check_history(scope_name, applied, migrations);
  for (std::size_t i = applied.size(); i < migrations.size(); ++i) {
    run_statements(session, migrations[i].statement);
    const int step = static_cast<int>(i) + 1;
    const std::string name(migrations[i].name);
    const std::string now = utc_timestamp(std::chrono::system_clock::now());
    session
        << "insert into schema_migrations (scope, step, name, applied_at) values (:scope, :step, :name, :applied_at)",
        soci::use(scope_name), soci::use(step), soci::use(name), soci::use(now);
  }
}

}  // namespace valion::sql

#include "services/api_gateway/identity/withdrawal_log.hpp"

namespace valion::gateway {
namespace {

const std::vector<sql::Migration>& migrations() {
  static const std::vector<sql::Migration> steps{
      {"changes", R"(create table gateway_changes (id integer primary key, counter bigint not null);
        insert into gateway_changes (id, counter) values (1, 0))"}};
  return steps;
}

}  // namespace

void migrate_changes(sql::Database& database) { database.migrate("gateway_changes", migrations()); }

void note_change(soci::session& session) { session << "update gateway_changes set counter = counter + 1 where id = 1"; }

WithdrawalLog::WithdrawalLog(sql::Database& database, std::chrono::seconds longest)
    : database_(database), longest_(longest) {
  migrate_changes(database);
}

bool WithdrawalLog::is_withdrawn(const IssuedToken& token) const {
  if (content_.disabled_tenants.contains(token.tenant)) return true;
  if (!token.session.empty() && content_.ended_sessions.contains(token.session)) return true;
  const auto cut = content_.cuts.find(token.user);
  return cut != content_.cuts.end() && token.issued_at != 0 && token.issued_at <= cut->second;
}

WithdrawalLog::Content WithdrawalLog::read(soci::session& session, std::int64_t known, std::int64_t since) {
  Content content;
  long long counter = 0;
  session << "select counter from gateway_changes where id = 1", soci::into(counter);
  content.counter = counter;
  if (content.counter == known) return content;
  const soci::rowset<soci::row> cuts =
      (session.prepare << "select user_name, cut_at from gateway_token_cuts where cut_at > :since", soci::use(since));
  for (const soci::row& row : cuts) content.cuts[row.get<std::string>(0)] = row.get<long long>(1);
  const soci::rowset<std::string> sessions =
      (session.prepare << "select id from gateway_sessions where ended_at > :since", soci::use(since));
  content.ended_sessions.insert(sessions.begin(), sessions.end());
  const soci::rowset<std::string> tenants = (session.prepare << "select name from gateway_tenants where disabled = 1");
  content.disabled_tenants.insert(tenants.begin(), tenants.end());
  return content;
}

Async<Result<void>> WithdrawalLog::refresh() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const std::int64_t since = std::chrono::duration_cast<std::chrono::seconds>(now - longest_).count() - 60;
  const auto look = [known = content_.counter, since](soci::session& session) { return read(session, known, since); };
  auto found = co_await database_.read(look);
  if (!found) co_return fail(std::move(found).error());
  if (found->counter <= content_.counter) co_return Result<void>{};  // nothing new, or overtaken by a later look
  content_ = std::move(*found);
  ++generation_;
  co_return Result<void>{};
}

}  // namespace valion::gateway

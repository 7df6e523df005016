#include "platform/audit/audit_log.hpp"

#include <algorithm>
#include <chrono>
#include <map>

#include "base/date.hpp"
#include "platform/audit/chain.hpp"
#include "platform/audit/persons.hpp"
#include "platform/auth/password.hpp"

namespace valion::audit {
namespace {

constexpr std::size_t kSaltBytes = 32;
constexpr std::string_view kUserMark = "user:";

// A person's name becomes a pseudonym, anything else stays.
std::string without_name(soci::session& session, const std::string& actor) {
  return is_person(actor) ? pseudonym_for(session, actor) : actor;
}

std::string object_without_name(soci::session& session, const std::string& object) {
  if (!object.starts_with(kUserMark)) return object;
  return std::string(kUserMark) + without_name(session, object.substr(kUserMark.size()));
}

std::string keep_address(soci::session& session, const Row& row, const std::string& address) {
  if (address.empty()) return {};
  const std::string salt = auth::random_text(kSaltBytes);
  session << "insert into audit_personal (sequence, pseudonym, salt, address) values (:sequence, :pseudonym, :salt, "
             ":address)",
      soci::use(row.sequence), soci::use(row.actor), soci::use(salt), soci::use(address);
  return personal_digest_of(salt, address);
}

void insert(soci::session& session, const Row& row) {
  session << "insert into audit_log (sequence, at, tenant, actor, action, object, outcome, request_id, detail, "
             "personal_digest, previous_hash, hash) values (:sequence, :at, :tenant, :actor, :action, :object, "
             ":outcome, :request_id, :detail, :personal_digest, :previous_hash, :hash)",
      soci::use(row.sequence), soci::use(row.at), soci::use(row.tenant), soci::use(row.actor), soci::use(row.action),
      soci::use(row.object), soci::use(row.outcome), soci::use(row.request_id), soci::use(row.detail),
      soci::use(row.personal_digest), soci::use(row.previous_hash), soci::use(row.hash);
}

using Names = std::map<std::string, std::string, std::less<>>;  // pseudonym > name

Names names_of(soci::session& session) {
  Names names;
  const soci::rowset<soci::row> rows = (session.prepare << "select pseudonym, name from audit_persons");
  for (const soci::row& row : rows) names[row.get<std::string>(0)] = row.get<std::string>(1);
  return names;
}

std::string named(const Names& names, const std::string& text) {
  const auto at = text.find(kPersonMark);
  if (at == std::string::npos) return text;
  const auto found = names.find(std::string_view(text).substr(at));
  return found == names.end() ? text : text.substr(0, at) + found->second;
}

Record record_of(const soci::row& row, const Names& names) {
  Record record;
  record.sequence = row.get<long long>(0);
  record.at = row.get<std::string>(1);
  record.tenant = row.get<std::string>(2);
  record.actor = named(names, row.get<std::string>(3));
  record.action = row.get<std::string>(4);
  record.object = named(names, row.get<std::string>(5));
  record.outcome = row.get<std::string>(6);
  record.request_id = row.get<std::string>(7);
  record.detail = row.get<std::string>(8);
  record.hash = row.get<std::string>(9);
  record.address = row.get<std::string>(10);
  return record;
}

}  // namespace

std::int64_t append(soci::session& session, const Entry& entry) {
  // The update takes the row: whoever comes next waits for our commit, and reads what we wrote.
  session << "update audit_head set sequence = sequence + 1 where id = 1";
  const Head before = head_of(session);
  Row row;
  row.sequence = before.sequence;
  row.at = utc_timestamp(std::chrono::system_clock::now());
  row.tenant = entry.tenant;
  row.actor = without_name(session, entry.actor);
  row.action = entry.action;
  row.object = object_without_name(session, entry.object);
  row.outcome = entry.outcome;
  row.request_id = entry.request_id;
  row.detail = entry.detail;
  row.personal_digest = keep_address(session, row, entry.address);
  row.previous_hash = before.hash;
  row.hash = hash_of(row);
  insert(session, row);
  session << "update audit_head set hash = :hash where id = 1", soci::use(row.hash);
  return row.sequence;
}

Async<Result<void>> record(sql::Database& database, Entry entry) {
  const auto write = [entry](soci::session& session) { append(session, entry); };
  auto written = co_await database.run(write);
  co_return written;
}

std::vector<Record> read(soci::session& session, const Filter& filter) {
  const Names names = names_of(session);
  const int any_tenant = filter.tenant ? 0 : 1;
  const int any_person = filter.person ? 0 : 1;
  const std::string tenant = filter.tenant.value_or("");
  const std::string pseudonym =
      filter.person ? known_pseudonym(session, *filter.person).value_or(*filter.person) : std::string();
  const std::string object = std::string(kUserMark) + pseudonym;
  const std::int64_t limit = std::max<std::int64_t>(filter.limit, 1);
  const soci::rowset<soci::row> rows =
      (session.prepare << "select l.sequence, l.at, l.tenant, l.actor, l.action, l.object, l.outcome, l.request_id, "
                          "l.detail, l.hash, coalesce(p.address, '') from audit_log l left join audit_personal p on "
                          "p.sequence = l.sequence where l.sequence > :after and (:any_tenant = 1 or l.tenant = "
                          ":tenant) and (:any_person = 1 or l.actor = :actor or l.object = :object) order by "
                          "l.sequence limit :limit",
       soci::use(filter.after), soci::use(any_tenant), soci::use(tenant), soci::use(any_person), soci::use(pseudonym),
       soci::use(object), soci::use(limit));
  std::vector<Record> records;
  for (const soci::row& row : rows) records.push_back(record_of(row, names));
  return records;
}

Head head_of(soci::session& session) {
  Head head;
  long long sequence = 0;
  session << "select sequence, hash from audit_head where id = 1", soci::into(sequence), soci::into(head.hash);
  head.sequence = sequence;
  return head;
}

}  // namespace valion::audit

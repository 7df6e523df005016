#include "platform/audit/verify.hpp"

#include "platform/audit/chain.hpp"

namespace valion::audit {
namespace {

struct Kept {  // what lies beside a row; empty salt: nothing (any more)
  std::string salt, text;
};

Row row_of(const soci::row& row) {
  Row made;
  made.sequence = row.get<long long>(0);
  std::string* const fields[] = {
      &made.at,         &made.tenant, &made.actor,           &made.action,        &made.object, &made.outcome,
      &made.request_id, &made.detail, &made.personal_digest, &made.previous_hash, &made.hash};
  std::size_t column = 0;
  for (std::string* field : fields) *field = row.get<std::string>(++column);
  return made;
}

std::optional<std::string> objection(const Row& row, const Head& before, const Kept& personal) {
  if (row.sequence != before.sequence + 1) {
    return "expected row " + std::to_string(before.sequence + 1) + ", found row " + std::to_string(row.sequence) +
           ": rows are missing or were moved";
  }
  if (row.previous_hash != before.hash) return "does not stand on the row before it";
  if (row.hash != hash_of(row)) return "its content is not what was hashed";
  if (!personal.salt.empty() && row.personal_digest != personal_digest_of(personal.salt, personal.text)) {
    return "its address is not the one that was hashed";
  }
  return std::nullopt;
}

void walk(soci::session& session, const std::optional<Head>& anchor, Verification& found) {
  const soci::rowset<soci::row> rows =
      (session.prepare << "select l.sequence, l.at, l.tenant, l.actor, l.action, l.object, l.outcome, l.request_id, "
                          "l.detail, l.personal_digest, l.previous_hash, l.hash, coalesce(p.salt, ''), "
                          "coalesce(p.address, '') from audit_log l left join audit_personal p on p.sequence = "
                          "l.sequence order by l.sequence");
  for (const soci::row& read : rows) {
    const Row row = row_of(read);
    const Kept personal{read.get<std::string>(12), read.get<std::string>(13)};
    auto reason = objection(row, found.head, personal);
    if (!reason && anchor && anchor->sequence == row.sequence && anchor->hash != row.hash) {
      reason = "its hash is not the one that was kept elsewhere: the log was rewritten up to here";
    }
    if (reason) {
      found.broken = Break{found.head.sequence + 1, std::move(*reason)};
      return;
    }
    found.head = {row.sequence, row.hash};
    ++found.rows;
  }
}

void check_end(soci::session& session, const std::optional<Head>& anchor, Verification& found) {
  const Head stored = head_of(session);
  if (stored.sequence != found.head.sequence || stored.hash != found.head.hash) {
    found.broken = Break{found.head.sequence + 1, "the log ends here, but its head is row " +
                                                      std::to_string(stored.sequence) + ": the last rows are missing"};
  } else if (anchor && anchor->sequence > found.head.sequence) {
    found.broken = Break{found.head.sequence + 1, "the log ends here, but a head of row " +
                                                      std::to_string(anchor->sequence) + " was kept elsewhere"};
  }
}

void check_names(soci::session& session, Verification& found) {
  const soci::rowset<soci::row> rows = (session.prepare << "select pseudonym, name, salt from audit_persons");
  for (const soci::row& row : rows) {
    const auto pseudonym = row.get<std::string>(0);
    if (pseudonym == pseudonym_of(row.get<std::string>(2), row.get<std::string>(1))) continue;
    std::string suffix = "%" + pseudonym;
    long long first = 0;
    soci::indicator known = soci::i_null;
    session << "select min(sequence) from audit_log where actor = :actor or object like :object", soci::use(pseudonym),
        soci::use(suffix), soci::into(first, known);
    found.broken =
        Break{known == soci::i_ok ? first : 0, "the name beside " + pseudonym + " is not the one that was hashed"};
    return;
  }
}

}  // namespace

Result<Verification> verify(sql::Database& database, const std::optional<Head>& anchor) {
  Verification found;
  const auto check = [&](soci::session& session) {
    found = Verification{0, {0, std::string(kFirstPreviousHash)}, {}};
    walk(session, anchor, found);
    if (!found.broken) check_end(session, anchor, found);
    if (!found.broken) check_names(session, found);
    return true;
  };
  VALION_TRY(database.transact(check, sql::Access::read));
  return found;
}

}  // namespace valion::audit

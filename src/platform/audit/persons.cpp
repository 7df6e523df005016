#include "platform/audit/persons.hpp"

#include "platform/audit/chain.hpp"
#include "platform/auth/password.hpp"

namespace valion::audit {
namespace {

constexpr std::size_t kSaltBytes = 32;

void take_head(soci::session& session) { session << "update audit_head set sequence = sequence where id = 1"; }

}  // namespace

bool is_person(std::string_view actor) { return !actor.empty() && actor != "system" && !actor.starts_with("key:"); }

std::optional<std::string> known_pseudonym(soci::session& session, const std::string& name) {
  std::string pseudonym;
  session << "select pseudonym from audit_persons where name = :name", soci::use(name), soci::into(pseudonym);
  if (!session.got_data()) return std::nullopt;
  return pseudonym;
}

std::string pseudonym_for(soci::session& session, const std::string& name) {
  if (auto known = known_pseudonym(session, name)) return std::move(*known);
  take_head(session);
  if (auto known = known_pseudonym(session, name)) return std::move(*known);  // somebody else made it meanwhile
  const std::string salt = auth::random_text(kSaltBytes);
  std::string pseudonym = pseudonym_of(salt, name);
  session << "insert into audit_persons (pseudonym, name, salt) values (:pseudonym, :name, :salt)",
      soci::use(pseudonym), soci::use(name), soci::use(salt);
  return pseudonym;
}

bool erase_person(soci::session& session, const std::string& name) {
  take_head(session);
  const auto pseudonym = known_pseudonym(session, name);
  if (!pseudonym) return false;
  session << "delete from audit_personal where pseudonym = :pseudonym", soci::use(*pseudonym);
  session << "delete from audit_persons where pseudonym = :pseudonym", soci::use(*pseudonym);
  return true;
}

}  // namespace valion::audit

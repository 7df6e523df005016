// Persons in the audit log: a pseudonym in the chain, the name and the addresses beside it, erasable.
#pragma once

#include <soci/soci.h>

#include <optional>
#include <string>
#include <string_view>

namespace valion::audit {

[[nodiscard]] bool is_person(std::string_view actor);  // not empty, not `system`, not `key:…`

// The person's pseudonym; made when there is none. Inside a transaction; takes the head. Throws what SOCI throws.
[[nodiscard]] std::string pseudonym_for(soci::session& session, const std::string& name);

// Nothing when the log does not know the person, or no longer.
[[nodiscard]] std::optional<std::string> known_pseudonym(soci::session& session, const std::string& name);

// Forgets the name and the addresses: from then on the chain holds a pseudonym that leads to nobody. A person of the same name who
// comes later is another one. Takes the head. True when the log knew the person.
bool erase_person(soci::session& session, const std::string& name);

}  // namespace valion::audit

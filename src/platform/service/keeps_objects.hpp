// What a service that keeps objects also is: the one who knows which of them its stored documents refer to.
//
//   class MlService final : public BaseService, public KeepsObjects { … };
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "platform/sql/database.hpp"

namespace valion {

class KeepsObjects {
 public:
  virtual ~KeepsObjects() = default;
  // For `valion gc`, on a service that is not attached to anything: every object that a document in `catalogue` refers to, of all
  // tenants. Blocking. Any doubt is an error, which keeps all objects.
  [[nodiscard]] virtual Result<std::set<Hash>> referenced_objects(sql::Database& catalogue) const = 0;
};

// The texts as hashes; internal when one is none.
[[nodiscard]] inline Result<std::set<Hash>> as_hashes(const std::vector<std::string>& texts) {
  std::set<Hash> hashes;
  for (const std::string& text : texts) {
    const auto hash = Hash::parse(text);
    if (!hash) return fail(ErrorKind::internal, "the catalogue refers to an object that has no name: " + text);
    hashes.insert(*hash);
  }
  return hashes;
}

}  // namespace valion

// What the database says about withdrawn tokens, in memory: users who were cut off, sessions that ended, tenants that are disabled.
//
// A change made here counts at once: whoever commits one awaits refresh(). One made through another gateway counts as soon as the
// authenticator, which asks each second, has asked. A counter that each change raises in its own transaction says whether there is
// anything to read.
#pragma once

#include <soci/soci.h>

#include <chrono>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "platform/sql/database.hpp"
#include "services/api_gateway/identity/withdrawals.hpp"

namespace valion::gateway {

// On one event loop.
class WithdrawalLog final : public Withdrawals {
 public:
  // Migrates; throws when the database cannot be used. After the catalogues of users, tenants and sessions, which it reads.
  // `longest`: no token lives longer, so that what was withdrawn before that need not be known.
  WithdrawalLog(sql::Database& database, std::chrono::seconds longest);

  [[nodiscard]] bool is_withdrawn(const IssuedToken& token) const override;
  [[nodiscard]] std::uint64_t generation() const noexcept override { return generation_; }
  Async<Result<void>> refresh() override;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  using Moments = std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>>;
  using Names = std::unordered_set<std::string, Hash, std::equal_to<>>;
  struct Content {
    std::int64_t counter = -1;  // of the last change
    Moments cuts;               // user > tokens issued then or earlier are not taken
    Names ended_sessions, disabled_tenants;
  };
  [[nodiscard]] static Content read(soci::session& session, std::int64_t known, std::int64_t since);

  sql::Database& database_;
  std::chrono::seconds longest_;
  Content content_;
  std::uint64_t generation_ = 1;
};

void migrate_changes(sql::Database& database);
// Inside the transaction that withdraws something: other gateways will look.
void note_change(soci::session& session);

}  // namespace valion::gateway

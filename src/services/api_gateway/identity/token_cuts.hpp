// Withdrawals by user: whoever's password, roles or state changed, or who was removed, has no tokens of before.
#pragma once

#include "services/api_gateway/identity/user_catalogue.hpp"
#include "services/api_gateway/identity/withdrawals.hpp"

namespace valion::gateway {

class CutTokens final : public Withdrawals {
 public:
  explicit CutTokens(UserCatalogue& users) : users_(users) {}  // must outlive it

  [[nodiscard]] bool is_withdrawn(const IssuedToken& token) const override;
  [[nodiscard]] std::uint64_t generation() const noexcept override { return generation_; }
  Async<Result<void>> refresh() override;

 private:
  UserCatalogue& users_;
  TokenCuts cuts_;
  std::uint64_t generation_ = 0;
};

}  // namespace valion::gateway

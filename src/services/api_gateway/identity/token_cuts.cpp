#include "services/api_gateway/identity/token_cuts.hpp"

namespace valion::gateway {

bool CutTokens::is_withdrawn(const IssuedToken& token) const {
  const auto cut = cuts_.find(std::string(token.user));
  return cut != cuts_.end() && token.issued_at <= cut->second;
}

Async<Result<void>> CutTokens::refresh() {
  auto cuts = co_await users_.token_cuts();
  if (!cuts) co_return fail(std::move(cuts).error());
  if (*cuts != cuts_) ++generation_;
  cuts_ = std::move(*cuts);
  co_return Result<void>{};
}

}  // namespace valion::gateway

#include "services/api_gateway/identity/api_key_lookup.hpp"

#include <ctime>

namespace valion::gateway {
namespace {

constexpr std::chrono::seconds kBelieved{2};  // that there is no such key: one made elsewhere works so soon
constexpr std::size_t kMostFound = 10'000;

}  // namespace

std::int64_t expiry_of(const ApiKey& key) {
  std::tm parts{};
  if (key.expires_at.empty()) return 0;
  if (::strptime(key.expires_at.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return 1;  // long over
  return ::timegm(&parts);
}

tl::unexpected<Error> not_an_api_key() { return fail(ErrorKind::unauthenticated, "the API key does not verify"); }

const ApiKeyLookup::Found* ApiKeyLookup::recent(const std::string& id) const {
  const auto found = found_.find(id);
  if (found == found_.end() || found->second.generation != generation_) return nullptr;
  const bool believed = std::chrono::steady_clock::now() - found->second.asked <= kBelieved;
  return believed || found->second.key ? &found->second : nullptr;
}

Async<Result<ApiKey>> ApiKeyLookup::find(std::string_view text, std::string remote_address) {
  const auto parsed = parse_api_key(text);
  if (!parsed) co_return not_an_api_key();
  while (recent(parsed->id) == nullptr) {
    const auto flight = flights_.find(parsed->id);
    if (flight != flights_.end()) {
      co_await Flight::landing(flight->second);
      if (recent(parsed->id) == nullptr) co_return fail(ErrorKind::unavailable, "the API key cannot be looked up now");
      continue;
    }
    const Result<void> looked_up = co_await look_up(parsed->id, remote_address);
    if (!looked_up) co_return fail(looked_up.error());
  }
  const Found& found = *recent(parsed->id);
  if (!found.key || !has_secret(*found.key, parsed->secret)) co_return not_an_api_key();
  co_return *found.key;
}

Async<Result<void>> ApiKeyLookup::look_up(std::string id, std::string remote_address) {
  const auto known = found_.find(id);
  const bool was_key = known != found_.end() && known->second.key.has_value();
  if (!was_key) {  // a good key of a busy client is no guess, also after a change
    const auto wait = unknown_.attempt(remote_address, std::chrono::steady_clock::now());
    if (wait.count() > 0) {
      co_return fail(ErrorKind::too_many_requests, "too many unknown API keys from this address; try again in " +
                                                       std::to_string(wait.count()) + " s");
    }
  }
  std::shared_ptr<Flight> flight = std::make_shared<Flight>(executor_);
  flights_[id] = flight;
  const std::uint64_t generation = generation_;
  auto read = co_await catalogue_.find(id);
  flights_.erase(id);
  flight->land();
  if (!read) co_return fail(std::move(read).error());
  if (read->has_value()) unknown_.succeeded(remote_address);
  if (found_.size() >= kMostFound) found_.clear();
  found_[id] = Found{std::move(*read), generation, std::chrono::steady_clock::now()};
  co_return Result<void>{};
}

Async<Result<void>> ApiKeyLookup::refresh() {
  auto version = co_await catalogue_.version();
  if (!version) co_return fail(std::move(version).error());
  if (*version != version_) ++generation_;
  version_ = *version;
  co_return Result<void>{};
}

}  // namespace valion::gateway

#include "services/api_gateway/cache/invalidations.hpp"

#include <algorithm>

namespace valion::gateway::cache {
namespace {

constexpr std::uint64_t kTagSeed = 0x6E616D655F746167u;

std::uint64_t name_of(const Invalidation& invalidation) noexcept {
  return invalidation.kind == Invalidation::Kind::tag ? hash_bytes(invalidation.value, kTagSeed)
                                                      : hash_of_resource(invalidation.host, invalidation.value);
}

}  // namespace

void Invalidations::add(const Invalidation& invalidation, Position at) {
  latest_ = std::max(latest_, at);
  switch (invalidation.kind) {
    case Invalidation::Kind::resource:
    case Invalidation::Kind::tag: names_[name_of(invalidation)] = at; break;
    case Invalidation::Kind::prefix: prefixes_.emplace_back(invalidation.value, at); break;
    case Invalidation::Kind::all: fold(); break;
  }
  if (names_.size() > kMost || prefixes_.size() > kMostPrefixes) fold();
}

void Invalidations::fold() {
  all_ = latest_;
  names_.clear();
  prefixes_.clear();
}

bool Invalidations::since(Position begun, const Entry& entry) const {
  if (all_ > begun) return true;
  if (latest_ <= begun) return false;
  const auto newer = [&](std::uint64_t name) {
    const auto found = names_.find(name);
    return found != names_.end() && found->second > begun;
  };
  const KeyView key = entry.key();
  if (newer(hash_of_resource(key.host, key.target))) return true;
  for (const std::string& tag : entry.parts().tags) {
    if (newer(hash_bytes(tag, kTagSeed))) return true;
  }
  return std::any_of(prefixes_.begin(), prefixes_.end(), [&](const auto& prefix) {
    return prefix.second > begun && key.target.substr(0, prefix.first.size()) == prefix.first;
  });
}

void Invalidations::clear() { *this = Invalidations(); }

}  // namespace valion::gateway::cache

// What was invalidated, and when: so that an answer asked for before an invalidation and stored after it is never served.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "services/api_gateway/cache/entry.hpp"

namespace valion::gateway::cache {

struct Invalidation {
  enum class Kind { resource, tag, prefix, all };
  Kind kind = Kind::all;
  std::string value;  // target, tag, or prefix of the path
  std::string host;   // of a resource
  friend bool operator==(const Invalidation&, const Invalidation&) = default;
};

// Remembers at most 65,536 of them; when there are more, everything before the latest counts as invalidated. Two names with one
// hash count as one: it errs towards asking again.
class Invalidations {
 public:
  // Positions only grow.
  void add(const Invalidation& invalidation, Position at);
  // Whether this entry, asked for when `begun` was the latest position, has been invalidated since.
  [[nodiscard]] bool since(Position begun, const Entry& entry) const;
  void clear();

 private:
  static constexpr std::size_t kMost = 65'536, kMostPrefixes = 256;
  void fold();

  std::unordered_map<std::uint64_t, Position> names_;  // resources and tags
  std::vector<std::pair<std::string, Position>> prefixes_;
  Position all_;
  Position latest_;
};

}  // namespace valion::gateway::cache

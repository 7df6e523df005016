// The parameters that Consul's reads have in common. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace valion::registry {

inline constexpr std::chrono::milliseconds kDefaultWait = std::chrono::minutes(5);
inline constexpr std::chrono::milliseconds kLongestWait = std::chrono::minutes(10);

struct ConsulQuery {
  std::uint64_t index = 0;  // 0: answer at once
  std::chrono::milliseconds wait = kDefaultWait;
  bool passing = false;
  std::optional<std::string> tag;
};

// `stale`, `consistent`, `cached` and `near` change nothing here. not_found for a datacenter that is not ours; invalid for a number or a
// duration that is none, and for what we do not offer (`filter`, `node-meta`): it would silently answer too much.
[[nodiscard]] Result<ConsulQuery> parse_query(const std::map<std::string, std::string>& query);
// As Go writes them: `90s`, `1m30s`, `120000ms`, `1.5h`. At most a year.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace valion::registry

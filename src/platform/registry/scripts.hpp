// The registry's commands: Lua scripts that change a record and the change log in one step.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "platform/async/async.hpp"
#include "platform/redis/redis.hpp"
#include "platform/registry/registry.hpp"

namespace valion::registry {

inline constexpr int kChangesKept = 4'096;  // about: a watcher farther behind loads everything

// What a load shows, at one moment.
struct Loaded {
  std::uint64_t index = 0;
  std::uint64_t epoch = 0;
  std::string leader;
  std::vector<Instance> instances;  // with verdicts and marks
};

// One entry of the change log.
struct Change {
  std::uint64_t index = 0;
  std::uint64_t previous = 0;
  std::string operation;
  std::string member;
  std::string value;
};

// Reads a verdict as it stands in Redis (`critical it refused`) into the instance.
void judge(Instance& instance, std::string_view verdict);

// Writes the record and its lease, buries the lapsed. The index after it.
Async<Result<std::uint64_t>> beat(redis::Client& redis, const RegistrySettings& settings, const Instance& instance);
// Removes the record; nothing happens when it is not there.
Async<Result<void>> remove(redis::Client& redis, const RegistrySettings& settings, const std::string& member);
Async<Result<Loaded>> load(redis::Client& redis, const RegistrySettings& settings);
// Buries the lapsed; the index after it, 0 when there is none.
Async<Result<std::uint64_t>> settle(redis::Client& redis, const RegistrySettings& settings);
// What happened after `index`, oldest first, waiting at most `block` for it; empty: nothing. `redis` must be a client of
// its own, whose command timeout is longer.
Async<Result<std::vector<Change>>> wait_for_changes(redis::Client& redis, const RegistrySettings& settings,
                                                    std::uint64_t index, std::chrono::milliseconds block);

struct Leadership {
  std::uint64_t term = 0;  // 0: somebody else leads
  std::string leader;
};
// Takes the lead if nobody has it, keeps it if `id` has it.
Async<Result<Leadership>> lead(redis::Client& redis, const RegistrySettings& settings, const std::string& id);
Async<Result<void>> resign(redis::Client& redis, const RegistrySettings& settings, const std::string& id);

struct VerdictOn {
  std::string member;
  Verdict verdict = Verdict::unknown;
  std::string reason;
};
// conflict when `id` no longer leads in `term`: nothing is written then. Verdicts on unknown instances are dropped.
Async<Result<void>> publish_verdicts(redis::Client& redis, const RegistrySettings& settings, const std::string& id,
                                     std::uint64_t term, const std::vector<VerdictOn>& verdicts);

}  // namespace valion::registry

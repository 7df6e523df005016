// What a reader knows of the instances, and whom it would call: the Directory without its connections. No I/O; the caller
// brings the clock. Not thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/registry/registry.hpp"
#include "platform/registry/scripts.hpp"

namespace valion::registry {

class InstanceSet {
 public:
  explicit InstanceSet(RegistrySettings settings);

  // Takes over what was loaded. Of the same epoch: exactly that. Of another one: who is missing is kept, marked, for a lease.
  // What the first load shows has long been there: no slow start.
  void take(Loaded loaded, SteadyTime now);
  // False, and nothing is changed, when the entry does not follow on the last one: load everything then.
  [[nodiscard]] bool apply(const Change& change, SteadyTime now);
  // Forgets those kept for a lease that is over.
  void forget_missing(SteadyTime now);

  [[nodiscard]] std::uint64_t index() const noexcept { return index_; }
  // A service never seen: index(), since any change may be its first.
  [[nodiscard]] std::uint64_t index_of(std::string_view service) const;
  [[nodiscard]] const std::string& leader() const noexcept { return leader_; }
  [[nodiscard]] std::vector<Instance> all() const;  // by service, then id
  [[nodiscard]] std::vector<Instance> of(std::string_view service) const;

  [[nodiscard]] Result<Instance> pick(const std::string& service, const std::vector<std::string>& avoid,
                                      std::uint64_t random, SteadyTime now);
  // The same without a copy: null when there is none, valid until the set next changes.
  [[nodiscard]] const Instance* choose(const std::string& service, const std::vector<std::string>& avoid,
                                       std::uint64_t random, SteadyTime now);
  void begin(std::string_view id);
  void end(std::string_view id, Latency latency, bool ok, SteadyTime now);

 private:
  struct Entry {
    Instance instance;
    Load load;
    SteadyTime since;
    std::optional<SteadyTime> believed_until;  // missing in Redis since it lost everything
  };
  struct Service {
    std::vector<Entry*> entries;  // by id
    std::uint64_t modified = 0;
  };

  Entry* put(Instance instance, std::uint64_t index, SteadyTime since);
  void erase(const std::string& member, std::uint64_t index);
  void change(const Change& change, SteadyTime now);
  void touch(const std::string& service, std::uint64_t index);
  [[nodiscard]] bool is_candidate(const Entry& entry, const std::vector<std::string>& avoid) const;
  // Into chosen_ and candidates_: the best there are.
  void gather(const Service& service, const std::vector<std::string>& avoid, SteadyTime now);

  RegistrySettings settings_;
  std::map<std::string, Entry, std::less<>> entries_;  // by `{service}:{id}`; addresses stay
  std::map<std::string, Service, std::less<>> services_;
  std::map<std::string, Entry*, std::less<>> by_id_;
  std::uint64_t index_ = 0;
  std::uint64_t epoch_ = 0;
  std::string leader_;
  bool loaded_ = false;
  std::vector<Entry*> chosen_;         // scratch of pick()
  std::vector<Candidate> candidates_;  // likewise
};

}  // namespace valion::registry

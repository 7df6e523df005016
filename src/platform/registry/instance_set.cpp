#include "platform/registry/instance_set.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "platform/registry/record.hpp"

namespace valion::registry {
namespace {

// Who is called first: the lower the better. Whose lease is over may be gone; who is critical answers badly.
int rank_of(const Instance& instance) noexcept {
  if (instance.verdict == Verdict::critical) return 2;
  return instance.kept ? 1 : 0;
}

bool same_to_readers(const Instance& one, const Instance& other) {
  return encode_record(one) == encode_record(other) && one.verdict == other.verdict && one.kept == other.kept;
}

template <class Entries>
auto place_of(Entries& entries, const std::string& id) {
  return std::lower_bound(entries.begin(), entries.end(), id,
                          [](const auto* entry, const std::string& key) { return entry->instance.id < key; });
}

}  // namespace

InstanceSet::InstanceSet(RegistrySettings settings) : settings_(std::move(settings)) {}

void InstanceSet::take(Loaded loaded, SteadyTime now) {
  const bool first = !std::exchange(loaded_, true);
  const bool lost = !first && loaded.epoch != epoch_;
  std::set<std::string, std::less<>> present;
  for (Instance& instance : loaded.instances) {
    present.insert(member_of(instance));
    put(std::move(instance), loaded.index, first ? now - settings_.slow_start : now);
  }
  std::vector<std::string> gone;
  for (auto& [member, entry] : entries_) {
    if (present.contains(member)) continue;
    if (!lost && !entry.believed_until) {
      gone.push_back(member);
    } else if (!entry.believed_until) {
      entry.believed_until = now + settings_.lease();
      entry.instance.kept = true;
      touch(entry.instance.service, loaded.index);
    }
  }
  for (const std::string& member : gone) erase(member, loaded.index);
  index_ = loaded.index;
  epoch_ = loaded.epoch;
  leader_ = std::move(loaded.leader);
  forget_missing(now);
}

bool InstanceSet::apply(const Change& each, SteadyTime now) {
  if (!loaded_ || each.previous != index_ || each.index <= index_) return false;
  index_ = each.index;
  if (each.previous == 0) epoch_ = each.index;  // the first change of all
  change(each, now);
  return true;
}

void InstanceSet::change(const Change& each, SteadyTime now) {
  if (each.operation == "leader") {
    leader_ = each.value;
  } else if (each.operation == "del") {
    erase(each.member, each.index);
  } else if (each.operation == "put") {
    Result<Instance> instance = decode_record(each.value);
    if (!instance || member_of(*instance) != each.member) return;
    if (const auto known = entries_.find(each.member); known != entries_.end()) {
      instance->verdict = known->second.instance.verdict;
      instance->verdict_reason = known->second.instance.verdict_reason;
    }
    put(std::move(*instance), each.index, now);
  } else if (each.operation == "unhealth") {
    for (auto& [member, entry] : entries_) {
      judge(entry.instance, "");
      touch(entry.instance.service, each.index);
    }
  } else if (const auto known = entries_.find(each.member); known != entries_.end()) {
    if (each.operation == "kept") known->second.instance.kept = true;
    if (each.operation == "health") judge(known->second.instance, each.value);
    known->second.instance.modified = each.index;
    touch(known->second.instance.service, each.index);
  }
}

void InstanceSet::forget_missing(SteadyTime now) {
  std::vector<std::string> gone;
  for (const auto& [member, entry] : entries_) {
    if (entry.believed_until && *entry.believed_until <= now) gone.push_back(member);
  }
  for (const std::string& member : gone) erase(member, index_);
}

InstanceSet::Entry* InstanceSet::put(Instance instance, std::uint64_t index, SteadyTime since) {
  const std::string member = member_of(instance);
  const auto [place, is_new] = entries_.try_emplace(member);
  Entry& entry = place->second;
  const bool changed = is_new || !same_to_readers(entry.instance, instance);
  instance.created = is_new ? index : entry.instance.created;
  instance.modified = changed ? index : entry.instance.modified;
  if (is_new) entry.since = since;
  entry.instance = std::move(instance);
  entry.believed_until.reset();
  if (is_new) {
    auto& entries = services_[entry.instance.service].entries;
    entries.insert(place_of(entries, entry.instance.id), &entry);
    by_id_[entry.instance.id] = &entry;
  }
  if (changed) touch(entry.instance.service, index);
  return &entry;
}

void InstanceSet::erase(const std::string& member, std::uint64_t index) {
  const auto found = entries_.find(member);
  if (found == entries_.end()) return;
  const Instance& instance = found->second.instance;
  std::erase(services_[instance.service].entries, &found->second);
  touch(instance.service, index);
  if (const auto named = by_id_.find(instance.id); named != by_id_.end() && named->second == &found->second) {
    by_id_.erase(named);
  }
  entries_.erase(found);
}

void InstanceSet::touch(const std::string& service, std::uint64_t index) { services_[service].modified = index; }

std::uint64_t InstanceSet::index_of(std::string_view service) const {
  const auto found = services_.find(service);
  return found == services_.end() ? index_ : found->second.modified;
}

std::vector<Instance> InstanceSet::all() const {
  std::vector<Instance> found;
  for (const auto& [member, entry] : entries_) found.push_back(entry.instance);
  return found;
}

std::vector<Instance> InstanceSet::of(std::string_view service) const {
  std::vector<Instance> found;
  const auto known = services_.find(service);
  if (known == services_.end()) return found;
  for (const Entry* entry : known->second.entries) found.push_back(entry->instance);
  return found;
}

bool InstanceSet::is_candidate(const Entry& entry, const std::vector<std::string>& avoid) const {
  return entry.instance.status == Status::up && std::find(avoid.begin(), avoid.end(), entry.instance.id) == avoid.end();
}

void InstanceSet::gather(const Service& service, const std::vector<std::string>& avoid, SteadyTime now) {
  // One number for «how well» and «how near», so that one pass finds the best.
  const auto order_of = [&](const Entry& entry) {
    const bool near = settings_.zone.empty() || entry.instance.zone == settings_.zone;
    return 2 * rank_of(entry.instance) + (near ? 0 : 1);
  };
  chosen_.clear();
  candidates_.clear();
  int best = 0;
  for (Entry* entry : service.entries) {
    if (!is_candidate(*entry, avoid)) continue;
    const int order = order_of(*entry);
    if (!chosen_.empty() && order > best) continue;
    if (chosen_.empty() || order < best) {
      chosen_.clear();
      candidates_.clear();
      best = order;
    }
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(now - entry->since);
    chosen_.push_back(entry);
    candidates_.push_back({&entry->load, entry->instance.weight * slow_start_share(age, settings_.slow_start)});
  }
}

const Instance* InstanceSet::choose(const std::string& service, const std::vector<std::string>& avoid,
                                    std::uint64_t random, SteadyTime now) {
  const auto known = services_.find(service);
  if (known == services_.end()) return nullptr;
  gather(known->second, avoid, now);
  if (chosen_.empty()) return nullptr;
  const std::size_t taken =
      settings_.balance == Balance::least_latency ? least_loaded(candidates_, random, now) : next_in_turn(candidates_);
  return &chosen_[taken]->instance;
}

Result<Instance> InstanceSet::pick(const std::string& service, const std::vector<std::string>& avoid,
                                   std::uint64_t random, SteadyTime now) {
  if (const Instance* chosen = choose(service, avoid, random, now)) return *chosen;
  return fail(ErrorKind::unavailable,
              (avoid.empty() ? "no instance of " : "no other instance of ") + service + " is registered");
}

void InstanceSet::begin(std::string_view id) {
  if (const auto known = by_id_.find(id); known != by_id_.end()) begin_call(known->second->load);
}

void InstanceSet::end(std::string_view id, Latency latency, bool ok, SteadyTime now) {
  if (const auto known = by_id_.find(id); known != by_id_.end()) end_call(known->second->load, latency, ok, now);
}

}  // namespace valion::registry

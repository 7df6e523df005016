#include "services/api_gateway/cache/memory_store.hpp"

#include <algorithm>
#include <utility>

namespace valion::gateway::cache {
namespace {

constexpr std::uint8_t kMostFrequent = 7;
constexpr std::uint8_t kPromoted = 2;  // asked for so often in the small queue: on to the main one
constexpr std::size_t kFewestGhosts = 16;
constexpr std::uint64_t kTagSeed = 0x7461675F6C61626Cu;

std::uint64_t tag_label(std::string_view tag) noexcept { return hash_bytes(tag, kTagSeed); }

bool has_tag(const Entry& entry, std::string_view tag) noexcept {
  const auto& tags = entry.parts().tags;
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

std::uint64_t variant_hash(const Entry& entry, std::uint64_t key_hash) noexcept {
  for (const Selecting& one : entry.parts().selecting) {
    key_hash = hash_bytes(one.value, hash_bytes(one.name, key_hash ^ (one.present ? 1u : 0u)));
  }
  return key_hash;
}

bool same_variant(const std::vector<Selecting>& a, const std::vector<Selecting>& b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Selecting& x, const Selecting& y) {
    return x.name == y.name && x.present == y.present && x.value == y.value;
  });
}

}  // namespace

struct MemoryStore::Node {
  EntryPointer entry;
  std::uint64_t hash = 0;
  std::uint64_t variant = 0;
  std::uint8_t frequency = 0;
  bool in_main = false;
  std::size_t bytes = 0;
  Queue::iterator place;
  std::vector<std::pair<std::uint64_t, Queue::iterator>> labels;
  std::unique_ptr<Node> next;  // of the same hash
};

namespace {

// A node in the map, its place in a queue, and for each label a place and a list.
constexpr std::size_t kNodeBytes = 240, kLabelBytes = 160;

}  // namespace

MemoryStore::MemoryStore(std::size_t capacity, std::size_t largest)
    : capacity_(capacity), largest_(std::min(largest, capacity / 8)), small_target_(capacity / 10) {}

MemoryStore::~MemoryStore() = default;

MemoryStore::Node* MemoryStore::first_of(std::uint64_t hash) const noexcept {
  const auto found = nodes_.find(hash);
  return found == nodes_.end() ? nullptr : found->second.get();
}

MemoryStore::Look MemoryStore::find(const KeyView& key, const Fields& request) noexcept {
  Look look;
  for (Node* node = first_of(hash_of(key)); node != nullptr; node = node->next.get()) {
    if (!same_key(node->entry->key(), key)) continue;
    if (selects(node->entry->parts().selecting, request)) {
      if (node->frequency < kMostFrequent) ++node->frequency;
      look.entry = &node->entry;
      return look;
    }
    look.other_variants = true;
  }
  return look;
}

const std::vector<Selecting>* MemoryStore::selecting_of(const KeyView& key) const noexcept {
  for (const Node* node = first_of(hash_of(key)); node != nullptr; node = node->next.get()) {
    if (same_key(node->entry->key(), key)) return &node->entry->parts().selecting;
  }
  return nullptr;
}

bool MemoryStore::put(EntryPointer entry) {
  const std::uint64_t hash = hash_of(entry->key());
  drop_replaced(*entry, hash);
  const std::size_t labels = 1 + entry->parts().tags.size();
  const std::size_t bytes = entry->bytes() + kNodeBytes + labels * kLabelBytes;
  if (bytes > largest_) return false;
  make_room(bytes);
  auto node = std::make_unique<Node>();
  node->hash = hash;
  node->variant = variant_hash(*entry, hash);
  node->in_main = ghosts_.erase(node->variant) > 0;
  node->bytes = bytes;
  node->entry = std::move(entry);
  link(std::move(node));
  return true;
}

// The one it takes the place of, and the oldest when a key has too many.
void MemoryStore::drop_replaced(const Entry& entry, std::uint64_t hash) {
  std::size_t variants = 0;
  Node* next = nullptr;
  for (Node* node = first_of(hash); node != nullptr; node = next) {
    next = node->next.get();
    if (!same_key(node->entry->key(), entry.key())) continue;
    const bool replaced = same_variant(node->entry->parts().selecting, entry.parts().selecting);
    if (replaced || ++variants >= kMostVariants) unlink(node);
  }
}

bool MemoryStore::erase(const Entry& entry) {
  for (Node* node = first_of(hash_of(entry.key())); node != nullptr; node = node->next.get()) {
    if (node->entry.get() != &entry) continue;
    unlink(node);
    return true;
  }
  return false;
}

void MemoryStore::link(std::unique_ptr<Node> owned) {
  Node* node = owned.get();
  Queue& queue = node->in_main ? main_ : small_;
  queue.push_front(node);
  node->place = queue.begin();
  (node->in_main ? main_bytes_ : small_bytes_) += node->bytes;
  const auto label = [&](std::uint64_t hash) {
    Queue& labelled = labels_[hash];
    labelled.push_front(node);
    node->labels.emplace_back(hash, labelled.begin());
  };
  label(hash_of_resource(node->entry->key().host, node->entry->key().target));
  for (const std::string& tag : node->entry->parts().tags) label(tag_label(tag));
  std::unique_ptr<Node>& first = nodes_[node->hash];
  owned->next = std::move(first);
  first = std::move(owned);
  ++entries_;
}

void MemoryStore::unlink(Node* node) {
  for (const auto& [hash, place] : node->labels) {
    const auto labelled = labels_.find(hash);
    labelled->second.erase(place);
    if (labelled->second.empty()) labels_.erase(labelled);
  }
  (node->in_main ? main_ : small_).erase(node->place);
  (node->in_main ? main_bytes_ : small_bytes_) -= node->bytes;
  --entries_;
  const auto chain = nodes_.find(node->hash);
  std::unique_ptr<Node>* holder = &chain->second;
  while (holder->get() != node) holder = &(*holder)->next;
  std::unique_ptr<Node> rest = std::move(node->next);
  *holder = std::move(rest);  // ends `node`
  if (chain->second == nullptr) nodes_.erase(chain);
}

void MemoryStore::make_room(std::size_t bytes) {
  while (entries_ > 0 && this->bytes() + bytes > capacity_) {
    if (small_bytes_ > small_target_ || main_.empty()) {
      evict_small();
    } else {
      evict_main();
    }
  }
  while (!ghost_order_.empty() && this->bytes() + bytes > capacity_) {
    ghosts_.erase(ghost_order_.back());
    ghost_order_.pop_back();
  }
}

void MemoryStore::evict_small() {
  Node* node = small_.back();
  if (node->frequency < kPromoted) {
    const std::uint64_t variant = node->variant;
    unlink(node);
    ++evictions_;
    remember(variant);
    return;
  }
  node->frequency = 0;
  node->in_main = true;
  main_.splice(main_.begin(), small_, node->place);
  small_bytes_ -= node->bytes;
  main_bytes_ += node->bytes;
}

void MemoryStore::evict_main() {
  Node* node = main_.back();
  if (node->frequency > 0) {
    --node->frequency;
    main_.splice(main_.begin(), main_, node->place);
    return;
  }
  unlink(node);
  ++evictions_;
}

void MemoryStore::remember(std::uint64_t variant) {
  if (ghosts_.insert(variant).second) ghost_order_.push_front(variant);
  while (ghost_order_.size() > std::max(kFewestGhosts, entries_ / 2)) {
    ghosts_.erase(ghost_order_.back());
    ghost_order_.pop_back();
  }
}

std::size_t MemoryStore::erase_label(std::uint64_t label, const Match& matches) {
  const auto labelled = labels_.find(label);
  if (labelled == labels_.end()) return 0;
  std::vector<Node*> doomed;
  for (Node* node : labelled->second) {
    if (matches(*node->entry)) doomed.push_back(node);
  }
  for (Node* node : doomed) unlink(node);
  return doomed.size();
}

std::size_t MemoryStore::erase_resource(std::string_view host, std::string_view target) {
  return erase_label(hash_of_resource(host, target), [&](const Entry& entry) {
    return entry.key().target == target && same_name(entry.key().host, host);
  });
}

std::size_t MemoryStore::erase_tag(std::string_view tag) {
  return erase_label(tag_label(tag), [&](const Entry& entry) { return has_tag(entry, tag); });
}

std::size_t MemoryStore::erase_prefix(std::string_view path_prefix) {
  std::vector<Node*> doomed;
  for (Queue* queue : {&small_, &main_}) {
    for (Node* node : *queue) {
      if (node->entry->key().target.substr(0, path_prefix.size()) == path_prefix) doomed.push_back(node);
    }
  }
  for (Node* node : doomed) unlink(node);
  return doomed.size();
}

std::size_t MemoryStore::clear() {
  const std::size_t dropped = entries_;
  while (!small_.empty()) unlink(small_.back());
  while (!main_.empty()) unlink(main_.back());
  ghosts_.clear();
  ghost_order_.clear();
  return dropped;
}

}  // namespace valion::gateway::cache

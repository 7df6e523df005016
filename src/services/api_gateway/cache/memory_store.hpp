// The first cache: entries in memory, never more bytes than it is given, everything counted.
//
// S3-FIFO (Yang et al., SOSP 2023): what is new waits in a small queue (a tenth of the bytes); what is asked for again there
// moves to the main queue, the rest leaves and is remembered by its hash only (the ghosts); what comes back soon enters the main
// queue at once. A hit writes one byte and moves nothing. Our two numbers that differ from the paper's were measured on Zipf(1.0)
// over 10,000 keys (docs/performance.md): frequencies count to 7 (not 3), and half as many ghosts as entries are remembered.
//
// Not thread-safe. find(): some 50 ns. What is handed out lives on after it has been evicted, outside of the bound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "services/api_gateway/cache/entry.hpp"
#include "services/api_gateway/cache/key.hpp"
#include "services/api_gateway/message/head.hpp"

namespace valion::gateway::cache {

class MemoryStore {
 public:
  // `largest`: bytes of one entry; what is larger is not kept.
  MemoryStore(std::size_t capacity, std::size_t largest);
  ~MemoryStore();
  MemoryStore(const MemoryStore&) = delete;
  MemoryStore& operator=(const MemoryStore&) = delete;

  struct Look {
    const EntryPointer* entry = nullptr;  // until the next call that is not find()
    bool other_variants = false;          // the resource is there, but for other request fields
  };
  // The entry of this key that the request's fields select; of several the one last put.
  [[nodiscard]] Look find(const KeyView& key, const Fields& request) noexcept;
  // The fields that the entries of this key were chosen by, of the one last put; null: there is none.
  [[nodiscard]] const std::vector<Selecting>* selecting_of(const KeyView& key) const noexcept;
  // In place of the one with the same key and the same selecting values. False: too large, or no room for it.
  bool put(EntryPointer entry);
  // Drops this entry, if it is still the one in the store.
  bool erase(const Entry& entry);

  // Each says how many entries it dropped.
  std::size_t erase_resource(std::string_view host, std::string_view target);  // for every tenant
  std::size_t erase_tag(std::string_view tag);
  std::size_t erase_prefix(std::string_view path_prefix);  // goes through all
  std::size_t clear();

  [[nodiscard]] std::size_t entries() const noexcept { return entries_; }
  [[nodiscard]] std::size_t bytes() const noexcept {
    return small_bytes_ + main_bytes_ + ghost_order_.size() * kGhostBytes;
  }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] std::uint64_t evictions() const noexcept { return evictions_; }

 private:
  static constexpr std::size_t kGhostBytes = 80;    // a place in the order and one in the set
  static constexpr std::size_t kMostVariants = 32;  // of one key
  struct Node;
  using Queue = std::list<Node*>;
  using Match = std::function<bool(const Entry&)>;
  struct ByItself {
    std::size_t operator()(std::uint64_t hash) const noexcept { return hash; }
  };

  [[nodiscard]] Node* first_of(std::uint64_t hash) const noexcept;
  void drop_replaced(const Entry& entry, std::uint64_t hash);
  void link(std::unique_ptr<Node> node);
  void unlink(Node* node);
  void make_room(std::size_t bytes);
  void evict_small();
  void evict_main();
  void remember(std::uint64_t variant);
  std::size_t erase_label(std::uint64_t label, const Match& matches);

  std::size_t capacity_;
  std::size_t largest_;
  std::size_t small_target_;
  std::size_t entries_ = 0;
  std::size_t small_bytes_ = 0;
  std::size_t main_bytes_ = 0;
  std::uint64_t evictions_ = 0;
  std::unordered_map<std::uint64_t, std::unique_ptr<Node>, ByItself>
      nodes_;                                                  // by hash of the key; more hang on the first
  std::unordered_map<std::uint64_t, Queue, ByItself> labels_;  // resources and tags > entries
  Queue small_;                                                // new ones in front
  Queue main_;
  std::deque<std::uint64_t> ghost_order_;  // new ones in front; also of ghosts that have come back meanwhile
  std::unordered_set<std::uint64_t, ByItself> ghosts_;
};

}  // namespace valion::gateway::cache

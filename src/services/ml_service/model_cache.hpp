// Models in memory, ready to value: the least recently used leaves when there are too many or they are too big together.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <memory>

#include "base/hash.hpp"
#include "services/ml_service/model_codec.hpp"

namespace valion::ml {

// Not thread-safe: the event loop's own. What it hands out stays valid after it has left the cache.
class ModelCache {
 public:
  using Model = std::shared_ptr<const StoredModel>;
  ModelCache(std::size_t most_models, std::size_t most_bytes) : most_models_(most_models), most_bytes_(most_bytes) {}

  [[nodiscard]] Model find(const Hash& hash);  // null when it is not here
  // `bytes`: size of the model's encoding, which is near enough to its size in memory. The newest always stays.
  void add(const Hash& hash, Model model, std::size_t bytes);
  [[nodiscard]] std::size_t models() const noexcept { return order_.size(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  struct Entry {
    Hash hash;
    Model model;
    std::size_t bytes = 0;
  };
  void drop_oldest();

  std::size_t most_models_, most_bytes_, bytes_ = 0;
  std::list<Entry> order_;  // most recently used first
  std::map<Hash, std::list<Entry>::iterator> places_;
};

}  // namespace valion::ml

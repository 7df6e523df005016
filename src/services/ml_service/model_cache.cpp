#include "services/ml_service/model_cache.hpp"

#include <utility>

namespace valion::ml {

ModelCache::Model ModelCache::find(const Hash& hash) {
  const auto found = places_.find(hash);
  if (found == places_.end()) return nullptr;
  order_.splice(order_.begin(), order_, found->second);
  return found->second->model;
}

void ModelCache::add(const Hash& hash, Model model, std::size_t bytes) {
  if (find(hash) != nullptr) return;
  order_.push_front({hash, std::move(model), bytes});
  places_[hash] = order_.begin();
  bytes_ += bytes;
  while (order_.size() > 1 && (order_.size() > most_models_ || bytes_ > most_bytes_)) drop_oldest();
}

void ModelCache::drop_oldest() {
  bytes_ -= order_.back().bytes;
  places_.erase(order_.back().hash);
  order_.pop_back();
}

}  // namespace valion::ml

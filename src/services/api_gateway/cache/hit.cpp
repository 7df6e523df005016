#include "services/api_gateway/cache/hit.hpp"

#include <algorithm>
#include <utility>

namespace valion::gateway::cache {

Hit::Hit(EntryPointer entry, bool without_body, std::string_view fields)
    : entry_(std::move(entry)), status_(entry_->status()), length_(without_body ? 0 : entry_->body().size()) {
  fields_length_ = static_cast<std::uint8_t>(fields.copy(fields_.data(), fields_.size()));
}

Hit::Hit(EntryPointer entry, Part part, std::string_view fields)
    : entry_(std::move(entry)),
      status_(part.status),
      own_body_(!part.body.empty()),
      from_(part.from),
      length_(part.length),
      head_(std::move(part.head)),
      body_(std::move(part.body)) {
  fields_length_ = static_cast<std::uint8_t>(fields.copy(fields_.data(), fields_.size()));
}

std::string_view Hit::body() const noexcept {
  if (own_body_) return body_;
  return std::string_view(entry_->body()).substr(std::min(from_, entry_->body().size()), length_);
}

}  // namespace valion::gateway::cache

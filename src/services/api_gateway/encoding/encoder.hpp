// Encodes a body piece by piece: bytes in, bytes out. Bodies are never decoded here.
//
// Fast settings, since answers are made anew each time: gzip level 4, brotli quality 4 (encoder_bench.cpp has the
// figures). Memory while it lives: gzip about 270 kB, brotli 0.7 to 1.5 MB. One a body; destroy it with the exchange.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "services/api_gateway/encoding/content_encoding.hpp"

namespace valion::gateway::encoding {

class Encoder {
 public:
  // gzip or brotli. Throws std::bad_alloc when there is no memory.
  explicit Encoder(Encoding encoding);
  ~Encoder();
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;

  // Appends to `out` what has become ready; often nothing.
  [[nodiscard]] Result<void> add(std::string_view bytes, std::string& out);
  // Appends everything added so far, so that the reader can decode it now: after each server-sent event, or when the
  // upstream pauses. Costs a few bytes each time; nothing when nothing was added.
  [[nodiscard]] Result<void> flush(std::string& out);
  // Appends the rest and the end. Whatever is called afterwards answers internal.
  [[nodiscard]] Result<void> finish(std::string& out);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace valion::gateway::encoding

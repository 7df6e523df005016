// Encodes a body piece by piece: bytes in, bytes out, nothing held longer than the encoder's own window.
//
// Memory while it lives: gzip about 270 kB, brotli about 1 MB (quality 4, window 2^18). One a body; destroy it with the exchange.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "services/api_gateway/encoding/content_encoding.hpp"

namespace valion::gateway::encoding {

class Encoder {
 public:
  // Not identity. Throws std::bad_alloc when there is no memory.
  explicit Encoder(Encoding encoding);
  ~Encoder();
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;

  // Appends to `out` what has become ready; often nothing.
  [[nodiscard]] Result<void> add(std::string_view bytes, std::string& out);
  // Appends everything added so far, so that the reader can decode it now: after each server-sent event, or when the upstream
  // pauses. Costs a few bytes of compression each time.
  [[nodiscard]] Result<void> flush(std::string& out);
  // Appends the rest and the end. Nothing may be added afterwards.
  [[nodiscard]] Result<void> finish(std::string& out);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace valion::gateway::encoding

// Encodes a body piece by piece: bytes in, bytes out. Bodies are never decoded here.
//
// Fast settings, since answers are made anew each time: gzip level 4, brotli quality 4 (encoder_bench.cpp has the
// figures). Memory while it lives: gzip 260 kB, brotli 0.6 to 2.4 MB; so Encoders bounds how many live at once. One a
// body; destroy it with the exchange. About 100 MB/s on the calling thread: an event loop adds at most 64 kB (0.6 ms)
// at a time and lets others run in between.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
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
  friend class Encoders;
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

// The encoders of one event loop, at most so many at once: slow readers must not take all memory.
class Encoders {
 public:
  explicit Encoders(std::size_t most = 256) : most_(most), alive_(std::make_shared<std::size_t>(0)) {}
  // Nothing: too many live; send the answer as it is (it keeps its Vary).
  [[nodiscard]] std::optional<Encoder> begin(Encoding encoding);
  [[nodiscard]] std::size_t alive() const noexcept { return *alive_; }

 private:
  std::size_t most_;
  std::shared_ptr<std::size_t> alive_;
};

}  // namespace valion::gateway::encoding

// A body as it comes: framing taken off, piece by piece, never held whole.
#pragma once

#include <cstdint>
#include <string_view>

#include "services/api_gateway/edge/buffer.hpp"
#include "services/api_gateway/message/chunks.hpp"
#include "services/api_gateway/message/head.hpp"
#include "services/api_gateway/message/refusal.hpp"

namespace valion::gateway {

// Plain functions over bytes; who reads them from a connection is the caller. Usage:
//
//   for (;;) {
//     const BodyInput::Piece piece = input.take(buffer);      // consumes it; `data` is valid until the buffer is read into again
//     if (piece.refusal) …
//     … piece.data …
//     if (piece.ended) break;
//     if (piece.data.empty()) … read more into the buffer, or input.on_close() when there is no more …
//   }
class BodyInput {
 public:
  // `as_chunks`: of a chunked body, `data` is chunk heads and data together, to be passed on as it stands; at the end whoever passes
  // it on writes kLastChunk.
  explicit BodyInput(const Framing& framing, bool as_chunks = false) noexcept;

  struct Piece {
    std::string_view data;
    bool ended = false;  // with this piece
    Refusal refusal;     // the framing is broken
  };
  [[nodiscard]] Piece take(Buffer& buffer) noexcept;
  // The peer has closed: true when that is how this body ends.
  [[nodiscard]] bool on_close() noexcept;

  // What lies in the buffer was not enough for the next step: more must be read.
  [[nodiscard]] bool starved() const noexcept { return starved_; }
  [[nodiscard]] bool ended() const noexcept { return ended_; }
  [[nodiscard]] bool begun() const noexcept { return begun_; }
  [[nodiscard]] bool chunked() const noexcept { return kind_ == Framing::Kind::chunked; }
  [[nodiscard]] bool as_chunks() const noexcept { return as_chunks_; }
  [[nodiscard]] bool counted() const noexcept { return kind_ == Framing::Kind::length; }
  [[nodiscard]] std::uint64_t left() const noexcept { return left_; }  // of a counted one
  [[nodiscard]] std::uint64_t total() const noexcept {
    return chunked() ? chunks_.total() : total_;
  }  // so far, without framing

 private:
  Framing::Kind kind_;
  bool as_chunks_;
  bool ended_ = false;
  bool begun_ = false;
  bool starved_ = false;
  std::uint64_t left_ = 0;
  std::uint64_t total_ = 0;
  ChunkReader chunks_;
};

}  // namespace valion::gateway

#include "services/api_gateway/edge/body_input.hpp"

#include <algorithm>

namespace valion::gateway {

BodyInput::BodyInput(const Framing& framing, bool as_chunks) noexcept
    : kind_(framing.kind),
      as_chunks_(as_chunks),
      ended_(framing.kind == Framing::Kind::none || (framing.kind == Framing::Kind::length && framing.length == 0)),
      left_(framing.kind == Framing::Kind::length ? framing.length : 0) {}

BodyInput::Piece BodyInput::take(Buffer& buffer) noexcept {
  Piece piece;
  if (ended_) {
    piece.ended = true;
    return piece;
  }
  const std::string_view bytes = buffer.bytes();
  starved_ = bytes.empty();
  if (starved_) return piece;
  begun_ = true;
  if (kind_ == Framing::Kind::chunked) {
    const ChunkStep step = as_chunks_ ? chunks_.relay(bytes) : chunks_.decode(bytes);
    buffer.consume(step.consumed);
    piece.data = step.data;
    piece.refusal = step.refusal;
    ended_ = step.kind == ChunkStep::Kind::end;
    starved_ = step.kind == ChunkStep::Kind::more;
  } else {
    const bool counted = kind_ == Framing::Kind::length;
    piece.data = counted ? bytes.substr(0, std::min<std::uint64_t>(left_, bytes.size())) : bytes;
    buffer.consume(piece.data.size());
    total_ += piece.data.size();
    if (counted) left_ -= piece.data.size();
    ended_ = counted && left_ == 0;
  }
  piece.ended = ended_;
  return piece;
}

bool BodyInput::on_close() noexcept {
  if (kind_ == Framing::Kind::until_close) ended_ = true;
  return ended_;
}

}  // namespace valion::gateway

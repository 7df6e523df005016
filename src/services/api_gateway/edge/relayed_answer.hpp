// A server's answer on its way to the client.
#pragma once

#include <optional>

#include "services/api_gateway/edge/body_input.hpp"
#include "services/api_gateway/edge/exchange.hpp"
#include "services/api_gateway/edge/upstream_pool.hpp"
#include "services/api_gateway/message/chunks.hpp"

namespace valion::gateway {

// Every piece is passed on as soon as it has come, and shown to the cache where that asked for it. An answer that breaks off cuts the
// client's connection, so that it is seen. Stays where it is: it keeps views of itself.
class RelayedAnswer {
 public:
  // Requires from.head to be the head of a final answer, with that framing.
  RelayedAnswer(Exchange& exchange, UpstreamConnection& from, const Framing& framing);
  RelayedAnswer(const RelayedAnswer&) = delete;
  RelayedAnswer& operator=(const RelayedAnswer&) = delete;

  // The common case: the whole answer has come and the kernel takes it. False: the rest must be waited for, by pass().
  bool try_at_once();
  Async<void> pass();
  // The server's connection can carry another exchange.
  [[nodiscard]] bool reusable() const noexcept { return whole_ && framing_.keep_alive && from_.in.empty(); }

 private:
  void begin();
  [[nodiscard]] BodyInput::Piece take();
  [[nodiscard]] Pieces framed(std::string_view head, const BodyInput::Piece& piece);
  Async<bool> read_more();
  Async<void> pass_pieces();
  Async<void> pass_encoded();
  Async<void> pass_problem();
  void cut();

  Exchange& x_;
  UpstreamConnection& from_;
  Framing framing_;
  encoding::Choice choice_;
  std::optional<encoding::Encoder> encoder_;  // none: the body goes on as it came
  std::string encoded_;
  BodyInput input_;
  ChunkHead size_{1};
  Pieces pending_{std::string_view()};
  bool is_problem_;
  bool filled_ = false;        // the last read took all the room there was: more lies there already
  bool makes_chunks_ = false;  // the body comes without and goes on with them
  bool ends_chunks_ = false;
  bool ended_ = false;  // the last piece is in pending_ or written
  bool whole_ = false;
};

}  // namespace valion::gateway

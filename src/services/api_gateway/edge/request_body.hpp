// The body of the request under way, as its client sends it. Belongs to one exchange.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "platform/async/async.hpp"
#include "services/api_gateway/edge/body_input.hpp"

namespace valion::gateway {

class ClientConnection;

// What lies behind the head in the connection's buffer is taken from there; what comes later goes into a buffer of its own, because
// the head's views must stay where they are.
class RequestBody {
 public:
  RequestBody(ClientConnection& client, const Framing& framing, bool continue_owed);

  void limit(std::uint64_t bytes) noexcept { limit_ = bytes; }
  // Before the first piece: chunks are to be passed on as they stand.
  void keep_chunks() noexcept { input_ = BodyInput(framing_, true); }

  [[nodiscard]] const Framing& framing() const noexcept { return framing_; }
  [[nodiscard]] bool ended() const noexcept { return input_.ended(); }
  [[nodiscard]] bool begun() const noexcept { return input_.begun(); }
  [[nodiscard]] bool moved() const noexcept { return moved_; }  // finish() must be called

  // Reads a body of known length that fits behind the head, so that it can be sent in one piece, and again; nothing otherwise. The text
  // is valid as long as the head. Not after next().
  Async<Result<void>> gather();
  [[nodiscard]] bool gathered() const noexcept { return gathered_; }
  [[nodiscard]] std::string_view text() const noexcept { return text_; }  // of a gathered one

  // The next piece, valid until the next call; empty at the end. Errors: malformed, too_large, timeout, cancelled (the client has gone).
  Async<Result<std::string_view>> next();
  // Fails every next() from now on, also one that waits.
  void stop() noexcept;

  // After the answer: reads little away, so that the next request can be read. False: the connection cannot go on.
  Async<bool> finish();
  // Whether finish() would refuse, as far as is known before the answer is written: the client then hears `Connection: close`.
  [[nodiscard]] bool cannot_finish() const noexcept;
  [[nodiscard]] std::optional<ErrorKind> failure() const noexcept { return failure_; }

 private:
  Async<Result<void>> read_more();
  [[nodiscard]] tl::unexpected<Error> failed(ErrorKind kind, std::string message);

  ClientConnection& client_;
  Framing framing_;
  BodyInput input_;
  Buffer more_;
  std::uint64_t limit_ = UINT64_MAX;
  bool continue_owed_;
  bool gathered_ = false;
  bool stopped_ = false;
  bool moved_ = false;  // to more_
  std::string_view text_;
  std::optional<ErrorKind> failure_;
};

}  // namespace valion::gateway

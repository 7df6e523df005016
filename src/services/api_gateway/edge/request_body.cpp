#include "services/api_gateway/edge/request_body.hpp"

#include <algorithm>
#include <cstring>

#include "services/api_gateway/edge/client_connection.hpp"

namespace valion::gateway {
namespace {

constexpr std::uint64_t kSkipLimit = 256 * 1024;  // unread body that we rather read than lose the connection for
constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

RequestBody::RequestBody(ClientConnection& client, const Framing& framing, bool continue_owed)
    : client_(client), framing_(framing), input_(framing), more_(client.edge().blocks), continue_owed_(continue_owed) {}

tl::unexpected<Error> RequestBody::failed(ErrorKind kind, std::string message) {
  failure_ = kind;
  return fail(kind, std::move(message));
}

void RequestBody::stop() noexcept {
  stopped_ = true;
  if (!input_.ended()) client_.stream().cancel();
}

Async<Result<void>> RequestBody::gather() {
  Buffer& in = client_.in();
  if (framing_.kind != Framing::Kind::length || input_.begun()) co_return Result<void>{};
  const std::uint64_t missing = framing_.length - std::min<std::uint64_t>(framing_.length, in.bytes().size());
  if (missing > in.room_behind().size) co_return Result<void>{};
  while (in.bytes().size() < framing_.length) {
    VALION_CO_TRY(co_await read_more());
  }
  text_ = in.bytes().substr(0, framing_.length);
  const BodyInput::Piece whole = input_.take(in);
  static_cast<void>(whole);  // the text
  gathered_ = true;
  co_return Result<void>{};
}

// Into the buffer of the connection as long as nothing has to move for it, then into our own.
Async<Result<void>> RequestBody::read_more() {
  if (continue_owed_) {
    continue_owed_ = false;
    const bool told = co_await client_.write(Pieces(kGoOn));
    if (!told) co_return failed(ErrorKind::cancelled, "the client has gone");
  }
  Buffer::Room room = moved_ ? more_.room() : client_.in().room_behind();
  if (!moved_ && (input_.begun() || room.size == 0)) {
    const std::string_view rest = client_.in().bytes();
    room = more_.room();
    std::memcpy(room.data, rest.data(), rest.size());
    more_.added(rest.size());
    client_.in().consume(rest.size());
    room = more_.room();
    moved_ = true;
  }
  client_.allow(client_.edge().settings.body_timeout);
  const auto [error, got] = co_await client_.stream().read_some(room.data, room.size);
  client_.allow_for_ever();
  if (!error) {
    (moved_ ? more_ : client_.in()).added(got);
    co_return Result<void>{};
  }
  if (stopped_) co_return failed(ErrorKind::cancelled, "the body is wanted no more");
  if (client_.expired()) co_return failed(ErrorKind::timeout, "the body of the request took too long");
  co_return failed(ErrorKind::cancelled, "the client has gone before the end of its request");
}

Async<Result<std::string_view>> RequestBody::next() {
  for (;;) {
    if (stopped_) co_return failed(ErrorKind::cancelled, "the body is wanted no more");
    if (gathered_) co_return std::exchange(text_, {});
    const BodyInput::Piece piece = input_.take(moved_ ? more_ : client_.in());
    if (piece.refusal) co_return failed(ErrorKind::malformed, std::string(piece.refusal.why));
    if (input_.total() > limit_) {
      co_return failed(ErrorKind::too_large, "the body is over the limit of " + std::to_string(limit_) + " bytes");
    }
    if (!piece.data.empty() || piece.ended) co_return piece.data;
    VALION_CO_TRY(co_await read_more());
  }
}

bool RequestBody::cannot_finish() const noexcept {
  if (input_.ended()) return false;
  return failure_ || continue_owed_ || stopped_ || (input_.counted() && input_.left() > kSkipLimit);
}

Async<bool> RequestBody::finish() {
  if (cannot_finish()) co_return false;
  std::uint64_t skipped = 0;
  while (!input_.ended()) {
    if (input_.counted() && input_.left() > kSkipLimit) co_return false;
    const Result<std::string_view> piece = co_await next();
    if (!piece) co_return false;
    skipped += piece->size();
    if (skipped > kSkipLimit) co_return false;
  }
  if (!more_.empty()) {  // the next request
    Buffer& in = client_.in();
    const Buffer::Room room = in.room();
    std::memcpy(room.data, more_.bytes().data(), more_.bytes().size());
    in.added(more_.bytes().size());
  }
  co_return true;
}

}  // namespace valion::gateway

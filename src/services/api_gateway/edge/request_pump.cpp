#include "services/api_gateway/edge/request_pump.hpp"

#include <boost/asio/co_spawn.hpp>

#include "services/api_gateway/message/chunks.hpp"

namespace valion::gateway {

RequestPump::RequestPump(Exchange& exchange, UpstreamConnection& to)
    : exchange_(exchange), to_(to), ended_(std::make_shared<Signal>(exchange.edge.executor)) {}

std::unique_ptr<RequestPump> RequestPump::start(Exchange& exchange, UpstreamConnection& to) {
  auto pump = std::make_unique<RequestPump>(exchange, to);
  asio::co_spawn(exchange.edge.executor, run(*pump), [ended = pump->ended_](std::exception_ptr) { ended->give(); });
  return pump;
}

Async<void> RequestPump::wait() { return ended_->wait(); }

Async<void> RequestPump::run(RequestPump& pump) { co_await pump.pass(); }

Async<void> RequestPump::pass() {
  const bool chunked = exchange_.body.framing().kind == Framing::Kind::chunked;
  for (;;) {
    const Result<std::string_view> piece = co_await exchange_.body.next();
    if (!piece) {
      client_failed_ = true;
      error_ = piece.error();
      to_.stream.cancel();
      co_return;
    }
    const bool last = piece->empty();
    if (last && !chunked) break;
    const Pieces pieces(last ? kLastChunk : *piece);
    const bool written = co_await write(pieces);
    if (!written) co_return;  // whoever listens for the answer sees why
    if (last) break;
    to_.allow(exchange_.route->route->timeout);  // to the answer counts from here
  }
  finished_ = true;
}

Async<bool> RequestPump::write(Pieces pieces) {
  const Stream::Written written = to_.stream.try_write(pieces);
  if (written != Stream::Written::some) co_return written == Stream::Written::all;
  const bool taken = co_await to_.stream.write_rest(pieces);
  co_return taken;
}

}  // namespace valion::gateway

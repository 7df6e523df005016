#include "services/api_gateway/edge/tunnel.hpp"

#include <boost/asio/co_spawn.hpp>

#include "services/api_gateway/edge/heads.hpp"
#include "services/api_gateway/edge/signal.hpp"

namespace valion::gateway {
namespace {

struct Ends {
  Exchange& exchange;
  UpstreamConnection& server;

  void touch() {
    exchange.client.allow(exchange.edge.settings.tunnel_timeout);
    server.allow(exchange.edge.settings.tunnel_timeout);
  }
  void close() {
    exchange.client.stream().close();
    server.stream.close();
  }
};

// What is in `buffer`, and then whatever comes; the end is passed on, a failure ends both ways.
Async<void> pass(Ends ends, Stream& from, Buffer& buffer, Stream& to, std::uint64_t* count) {
  for (;;) {
    if (!buffer.empty()) {
      Pieces pieces(buffer.bytes());
      if (count != nullptr) *count += buffer.bytes().size();
      const bool written = co_await to.write_rest(pieces);
      if (!written) break;
      buffer.consume(buffer.bytes().size());
    }
    const Buffer::Room room = buffer.room();
    const auto [error, got] = co_await from.read_some(room.data, room.size);
    if (error == asio::error::eof) {
      to.end_of_writing();
      co_return;
    }
    if (error) break;
    ends.touch();
    buffer.added(got);
  }
  ends.close();
}

}  // namespace

Async<void> tunnel(Exchange& exchange, UpstreamConnection& server) {
  write_answer_head(exchange, server.head, Framing{});
  exchange.status = 101;
  exchange.keep_alive = false;
  const bool told = co_await exchange.client.write(Pieces(exchange.out));
  if (!told) co_return;
  Ends ends{exchange, server};
  ends.touch();
  const auto client_done = std::make_shared<Signal>(exchange.edge.executor);
  Buffer from_client(exchange.edge.blocks);  // the head's views stay where they are, for the log
  const std::string_view early = exchange.client.in().bytes();
  const Buffer::Room room = from_client.room();
  std::memcpy(room.data, early.data(), early.size());
  from_client.added(early.size());
  exchange.client.in().consume(early.size());
  asio::co_spawn(exchange.edge.executor, pass(ends, exchange.client.stream(), from_client, server.stream, nullptr),
                 [client_done](std::exception_ptr) { client_done->give(); });
  co_await pass(ends, server.stream, server.in, exchange.client.stream(), &exchange.bytes_out);
  co_await client_done->wait();
}

}  // namespace valion::gateway

#include "services/api_gateway/edge/client_connection.hpp"

#include "services/api_gateway/edge/exchange.hpp"
#include "services/api_gateway/limits/which_limit.hpp"

namespace valion::gateway {
namespace {

using namespace std::chrono_literals;

constexpr auto kNap = 1s;  // without a request for so long: the memory goes back
constexpr auto kFirstRequestGrace = 200ms;
constexpr auto kLingerTime = 2s;
constexpr std::size_t kLingerLimit =
    4u << 20;  // after our last word: read so much more, so that the client can hear it

}  // namespace

ClientConnection::ClientConnection(std::shared_ptr<Edge> edge, Stream stream, std::string remote_address)
    : edge_(std::move(edge)),
      stream_(std::move(stream)),
      remote_address_(std::move(remote_address)),
      counted_address_(limits::of_address(remote_address_)),
      in_(edge_->blocks),
      scanner_(edge_->settings.head),
      deadline_(edge_->wheel, *this) {}

bool ClientConnection::idle() const {
  if (phase_ != Phase::asleep && phase_ != Phase::waiting) return false;
  const bool new_here = !served_ && std::chrono::steady_clock::now() - connected_ < kFirstRequestGrace;
  return !new_here && !stream_.has_pending();
}

void ClientConnection::expire() {
  expired_ = true;
  stream_.cancel();
}

// Gives the memory back until something comes; false when nothing did.
Async<bool> ClientConnection::sleep() {
  in_.release();
  head_ = RequestHead{};
  out_ = {};
  target_ = {};
  phase_ = Phase::asleep;
  allow(edge_->settings.idle_timeout);
  const bool readable = co_await stream_.wait_readable();
  phase_ = Phase::waiting;
  co_return readable;
}

// One coroutine for the whole of it: what every request passes through costs no further frame.
Async<void> ClientConnection::serve(std::shared_ptr<ClientConnection> self) {
  ClientConnection& client = *self;
  client.allow(client.edge_->settings.header_timeout);
  bool more = co_await client.stream_.shake_hands();
  if (more) more = co_await client.sleep();
  while (more) {
    // A whole head, of bytes that lie in the buffer already (pipelined) or come now.
    client.phase_ = Phase::waiting;
    Next next = client.scan();
    while (next == Next::read) {
      const Buffer::Room room = client.in_.room();
      const auto [error, got] = co_await client.stream_.read_some(room.data, room.size);
      next = error ? client.next_after(error) : client.scan(got);
      if (next != Next::sleep) continue;
      const bool woken = co_await client.sleep();
      next = woken ? client.scan() : Next::end;
    }
    if (next == Next::refused) co_await client.refuse(client.refusal_);
    if (next != Next::head) break;
    client.phase_ = Phase::exchange;
    client.allow_for_ever();
    Exchange exchange(client, client.framing_);
    co_await exchange.pass();
    more = exchange.may_go_on();
    if (more && !exchange.all_read()) more = co_await exchange.body.finish();
    client.served_ = true;
    if (!more) co_await client.linger();
  }
  client.close();
}

ClientConnection::Next ClientConnection::scan(std::size_t got) {
  in_.added(got);
  const Scanned scanned = in_.empty() ? Scanned{} : scanner_.scan(in_.bytes(), head_);
  refusal_ = scanned.refusal;
  if (scanned.state == Scanned::State::refused) {
    head_ = RequestHead{};  // as far as it was read
    return Next::refused;
  }
  if (scanned.state == Scanned::State::complete) {
    in_.consume(scanned.consumed);
    framing_ = framing_of(head_);
    refusal_ = framing_.refusal;
    return refusal_ ? Next::refused : Next::head;
  }
  if (phase_ != Phase::head) {
    phase_ = in_.empty() ? Phase::waiting : Phase::head;
    allow(in_.empty() ? kNap : edge_->settings.header_timeout);
  }
  return Next::read;
}

ClientConnection::Next ClientConnection::next_after(const boost::system::error_code& error) {
  if (error != asio::error::operation_aborted || !expired_) return Next::end;
  if (phase_ != Phase::head) return Next::sleep;
  refusal_ = {408, "the head of the request took too long"};
  return Next::refused;
}

Async<void> ClientConnection::refuse(Refusal refusal) {
  phase_ = Phase::exchange;
  co_await Exchange::refuse(*this, refusal);
  co_await linger();
}

Async<bool> ClientConnection::write(Pieces pieces) {
  const Stream::Written written = stream_.try_write(pieces);
  if (written != Stream::Written::some) co_return written == Stream::Written::all;
  allow(edge_->settings.reader_timeout);
  const bool taken = co_await stream_.write_rest(pieces);
  allow_for_ever();
  co_return taken;
}

// Closing at once would make the client lose our answer when it is still sending: say that we are done, then read a little.
Async<void> ClientConnection::linger() {
  stream_.end_of_writing();
  if (!stream_.is_open()) co_return;
  allow(kLingerTime);
  std::size_t left = kLingerLimit;
  while (left > 0 && !expired_) {
    in_.release();
    const Buffer::Room room = in_.room();
    const auto [error, got] = co_await stream_.read_some(room.data, room.size);
    if (error) break;
    left -= std::min(left, got);
  }
}

}  // namespace valion::gateway

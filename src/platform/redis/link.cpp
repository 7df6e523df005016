#include "platform/redis/link.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>

#include <utility>
#include <vector>

namespace valion::redis {
namespace {

using asio::ip::tcp;

constexpr std::size_t kPiece = 64 * 1024;

tl::unexpected<Error> no_connection(const boost::system::error_code& error) {
  return fail(ErrorKind::unavailable, error.message());
}

// Tells the link's observer of one exchange, however it ends; nobody when the link has let go of its observer meanwhile.
class Observed {
 public:
  explicit Observed(const std::shared_ptr<Observer>& observer) : observer_(observer) {
    if (observer_) observer_->sent();
  }
  ~Observed() {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began_;
    if (observer_) observer_->ended(took.count(), outcome_);
  }
  Observed(const Observed&) = delete;
  Observed& operator=(const Observed&) = delete;
  void answered(bool well) { outcome_ = well ? Outcome::answered : Outcome::refused; }

 private:
  const std::shared_ptr<Observer>& observer_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  Outcome outcome_ = Outcome::unanswered;
};

}  // namespace

Async<Result<void>> Link::connect(Address address, std::chrono::milliseconds timeout) {
  const auto self = shared_from_this();
  Timer deadline(executor_, timeout);
  deadline.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto link = weak.lock();
    if (!error && link && !link->connected_) link->close(make_error(ErrorKind::unavailable, "no connection in time"));
  });
  Result<void> done;
  if (address.path.empty()) {
    done = co_await connect_tcp(address.host, address.port);
  } else {
    done = co_await connect_unix(address.path);
  }
  if (closed_) co_return fail(*closed_);
  connected_ = done.has_value();
  co_return done;
}

Async<Result<void>> Link::connect_unix(std::string path) {
  const asio::local::stream_protocol::endpoint endpoint(path);
  const auto [error] = co_await socket_.async_connect(endpoint, asio::as_tuple(use_async));
  if (error) co_return no_connection(error);
  co_return Result<void>();
}

Async<Result<void>> Link::connect_tcp(std::string host, std::uint16_t port) {
  asio::ip::basic_resolver<tcp, Executor> resolver(executor_);
  const auto [failed, found] = co_await resolver.async_resolve(host, std::to_string(port), asio::as_tuple(use_async));
  if (failed) co_return no_connection(failed);
  boost::system::error_code last = asio::error::host_not_found;
  for (const auto& entry : found) {
    if (closed_) break;
    boost::system::error_code ignored;
    socket_.close(ignored);
    const tcp::endpoint endpoint = entry.endpoint();
    const auto [error] = co_await socket_.async_connect(endpoint, asio::as_tuple(use_async));
    last = error;
    if (error) continue;
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.set_option(asio::socket_base::keep_alive(true), ignored);
    co_return Result<void>();
  }
  co_return no_connection(last);
}

Async<void> Link::read_until_closed() {
  const auto self = shared_from_this();
  std::vector<char> piece(kPiece);
  while (!closed_) {
    const auto [error, length] = co_await socket_.async_read_some(asio::buffer(piece), asio::as_tuple(use_async));
    if (error) {
      close(make_error(ErrorKind::unavailable, "the connection was lost: " + error.message()));
    } else if (const auto done = deliver({piece.data(), length}); !done) {
      close(done.error());
    }
  }
}

Result<void> Link::deliver(std::string_view bytes) {
  reader_.add(bytes);
  while (true) {
    VALION_TRY_ASSIGN(std::optional<Result<Reply>> reply, reader_.next());
    if (!reply) return {};
    if (waiting_.empty()) {
      return fail(ErrorKind::unavailable, *reply ? "Redis answered what nobody asked" : reply->error().message);
    }
    const auto first = std::move(waiting_.front());
    waiting_.pop_front();
    first->answer = std::move(reply);
    first->timer.cancel();
  }
}

Async<Result<Reply>> Link::exchange(std::string request, std::chrono::milliseconds timeout) {
  const auto self = shared_from_this();
  if (closed_) co_return fail(*closed_);
  Observed observed(observer_);
  const auto waiting = std::make_shared<Waiting>(executor_, timeout);
  waiting_.push_back(waiting);
  outgoing_ += request;
  if (!writing_) write();
  const auto [error] = co_await waiting->timer.async_wait(asio::as_tuple(use_async));
  if (waiting->answer) {
    if (!closed_) observed.answered(waiting->answer->has_value());
    co_return std::move(*waiting->answer);
  }
  if (error) co_return fail(ErrorKind::cancelled, "the caller no longer waits for Redis");
  close(make_error(ErrorKind::unavailable, "the connection was given up: no answer in time"));
  co_return fail(ErrorKind::timeout, "Redis did not answer in " + std::to_string(timeout.count()) + " ms");
}

void Link::write() {
  writing_ = true;
  in_flight_.swap(outgoing_);
  outgoing_.clear();
  asio::async_write(socket_, asio::buffer(in_flight_),
                    [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
                      self->writing_ = false;
                      if (error) {
                        self->close(make_error(ErrorKind::unavailable, "the connection was lost: " + error.message()));
                      } else if (!self->outgoing_.empty()) {
                        self->write();
                      }
                    });
}

void Link::close(Error reason) {
  // The client is being closed, and what the observer writes to may end with it: before those who wait have resumed.
  if (reason.kind == ErrorKind::cancelled) observer_.reset();
  if (closed_) return;
  closed_ = std::move(reason);
  boost::system::error_code ignored;
  socket_.close(ignored);
  for (const auto& each : waiting_) {
    each->answer = Result<Reply>(fail(*closed_));
    each->timer.cancel();
  }
  waiting_.clear();
}

}  // namespace valion::redis

#include "services/api_gateway/edge/upstream_pool.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>

#include <algorithm>

namespace valion::gateway {
namespace {

using Resolver = asio::ip::basic_resolver<asio::ip::tcp, Executor>;

// Closes a socket that takes too long to connect.
class ConnectDeadline final : public Expiring {
 public:
  ConnectDeadline(std::shared_ptr<DeadlineWheel> wheel, Socket& socket, std::chrono::milliseconds time)
      : socket_(socket), deadline_(std::move(wheel), *this) {
    deadline_.set(time);
  }
  void expire() override {
    expired = true;
    boost::system::error_code ignored;
    socket_.close(ignored);
  }
  bool expired = false;

 private:
  Socket& socket_;
  Deadline deadline_;
};

}  // namespace

UpstreamConnection::UpstreamConnection(UpstreamPool& pool, std::string server, Socket socket)
    : stream(std::move(socket), pool.readiness_),
      in(pool.blocks_),
      pool_(pool),
      server_(std::move(server)),
      deadline_(pool.wheel_, *this) {}

void UpstreamConnection::expire() {
  if (idle_) return pool_.drop_idle(*this);  // which ends this connection
  expired_ = true;
  stream.cancel();
}

UpstreamPool::UpstreamPool(Executor executor, std::shared_ptr<DeadlineWheel> wheel, std::shared_ptr<BlockPool> blocks,
                           std::shared_ptr<Readiness> readiness, PoolSettings settings)
    : executor_(executor),
      wheel_(std::move(wheel)),
      blocks_(std::move(blocks)),
      readiness_(std::move(readiness)),
      settings_(settings) {}

UpstreamPool::~UpstreamPool() = default;

UpstreamConnectionPointer UpstreamPool::take(std::string_view id) {
  const auto found = idle_.find(id);
  if (found == idle_.end() || found->second.empty()) return nullptr;
  UpstreamConnectionPointer connection = std::move(found->second.back());
  found->second.pop_back();
  connection->idle_ = false;
  connection->reused = true;
  return connection;
}

Async<Result<UpstreamConnectionPointer>> UpstreamPool::connect(std::string id, std::string host, std::uint16_t port,
                                                               std::chrono::milliseconds patience) {
  Socket socket(executor_);
  boost::system::error_code error;
  const ConnectDeadline deadline(wheel_, socket, std::min(patience, settings_.connect_timeout));
  const auto address = asio::ip::make_address(host, error);
  if (!error) {
    const auto [failed] =
        co_await socket.async_connect(asio::ip::tcp::endpoint(address, port), asio::as_tuple(use_async));
    error = failed;
  } else {
    Resolver resolver(executor_);
    const std::string service = std::to_string(port);
    const auto [unknown, found] =
        co_await resolver.async_resolve(host, service, Resolver::numeric_service, asio::as_tuple(use_async));
    error = unknown;
    if (!error) {
      const auto [failed, reached] = co_await asio::async_connect(socket, found, asio::as_tuple(use_async));
      error = failed;
    }
  }
  const std::string where = host + ":" + std::to_string(port);
  if (deadline.expired) co_return fail(ErrorKind::timeout, where + " does not take connections");
  if (error) co_return fail(ErrorKind::unavailable, "cannot connect to " + where + ": " + error.message());
  socket.set_option(asio::ip::tcp::no_delay(true), error);
  co_return std::make_unique<UpstreamConnection>(*this, std::move(id), std::move(socket));
}

void UpstreamPool::give_back(UpstreamConnectionPointer connection) {
  Idle& idle = idle_[connection->server_];
  if (idle.size() >= settings_.idle_per_server) return;  // closes it
  connection->in.release();
  connection->idle_ = true;
  connection->allow(settings_.idle_time);
  idle.push_back(std::move(connection));
}

void UpstreamPool::drop_idle(UpstreamConnection& connection) {
  const auto found = idle_.find(connection.server_);
  if (found == idle_.end()) return;
  std::erase_if(found->second, [&](const UpstreamConnectionPointer& each) { return each.get() == &connection; });
  if (found->second.empty()) idle_.erase(found);
}

std::size_t UpstreamPool::idle() const noexcept {
  std::size_t count = 0;
  for (const auto& [server, connections] : idle_) count += connections.size();
  return count;
}

}  // namespace valion::gateway

#include "platform/http/server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <set>
#include <system_error>

#include "platform/http/server_connection.hpp"

namespace valion::http {
namespace {

using namespace std::chrono_literals;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

}  // namespace

struct Server::State : std::enable_shared_from_this<Server::State> {
  State(Executor where, std::shared_ptr<ServerShared> common)
      : executor(where), acceptor(where), shared(std::move(common)) {}

  void listen() {
    if (shared->settings.inherited_listener) return adopt(*shared->settings.inherited_listener);
    const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(shared->settings.address), shared->settings.port);
    boost::system::error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(Acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(Acceptor::max_listen_connections, error);
    if (!error) port = acceptor.local_endpoint(error).port();
    if (error) {
      throw std::system_error(
          error, "cannot listen on " + shared->settings.address + ":" + std::to_string(shared->settings.port));
    }
  }

  void adopt(int descriptor) {
    boost::system::error_code error;
    acceptor.assign(asio::ip::tcp::v4(), descriptor, error);
    if (!error) port = acceptor.local_endpoint(error).port();
    if (error) throw std::system_error(error, "cannot use the inherited socket " + std::to_string(descriptor));
  }

  static Async<void> serve(std::shared_ptr<State> state, std::shared_ptr<ServerConnection> connection) {
    state->connections.insert(connection);
    try {
      co_await connection->serve();
    } catch (const std::exception&) {  // out of memory, most likely: this connection ends, the server does not
      connection->close();
    }
    state->connections.erase(connection);
  }

  static Async<void> accept(std::shared_ptr<State> state) {
    for (;;) {
      auto [error, socket] = co_await state->acceptor.async_accept(asio::as_tuple(use_async));
      if (error == asio::error::operation_aborted || !state->acceptor.is_open()) co_return;
      if (error) {  // out of descriptors, most likely: wait for some to come free
        co_await sleep_for(100ms);
        continue;
      }
      if (state->connections.size() >= state->shared->settings.connection_limit) continue;  // closes it
      auto connection = make_connection(state->shared, std::move(socket));
      asio::co_spawn(state->executor, serve(state, std::move(connection)), asio::detached);
    }
  }

  void close_connections(bool idle_only) {
    for (const auto& connection : connections) {
      if (!idle_only || connection->idle()) connection->close();
    }
  }

  Executor executor;
  Acceptor acceptor;
  std::uint16_t port = 0;
  std::shared_ptr<ServerShared> shared;
  std::set<std::shared_ptr<ServerConnection>> connections;
};

Server::Server(Executor executor, ServerSettings settings, const Router& router, Around around) {
  auto shared = std::make_shared<ServerShared>(
      ServerShared{std::move(settings), router, std::move(around), std::make_shared<Deadlines>(executor), false});
  state_ = std::make_shared<State>(executor, std::move(shared));
  state_->listen();
}

Server::~Server() {
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
  state_->close_connections(false);
  state_->shared->deadlines->stop();
}

std::uint16_t Server::port() const noexcept { return state_->port; }

void Server::start() { asio::co_spawn(state_->executor, State::accept(state_), asio::detached); }

Async<void> Server::drain(std::chrono::milliseconds deadline) {
  const auto state = state_;
  state->shared->draining = true;
  boost::system::error_code ignored;
  state->acceptor.close(ignored);
  const auto until = std::chrono::steady_clock::now() + deadline;
  while (!state->connections.empty() && std::chrono::steady_clock::now() < until) {
    state->close_connections(true);
    co_await sleep_for(10ms);
  }
  state->close_connections(false);
}

std::size_t Server::connections() const noexcept { return state_->connections.size(); }

}  // namespace valion::http

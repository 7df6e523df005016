#include "services/api_gateway/edge/listener.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <system_error>
#include <unordered_set>

#include "services/api_gateway/edge/client_connection.hpp"

namespace valion::gateway {
namespace {

using namespace std::chrono_literals;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

}  // namespace

struct Listener::State {
  State(std::shared_ptr<Edge> its_edge, std::shared_ptr<TlsContext> its_tls)
      : edge(std::move(its_edge)), tls(std::move(its_tls)), acceptor(edge->executor) {}

  void listen(const http::ServerSettings& where) {
    boost::system::error_code error;
    if (where.inherited_listener) {
      acceptor.assign(asio::ip::tcp::v4(), *where.inherited_listener, error);
    } else {
      const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(where.address), where.port);
      acceptor.open(endpoint.protocol(), error);
      if (!error) acceptor.set_option(Acceptor::reuse_address(true), error);
      if (!error) acceptor.bind(endpoint, error);
      if (!error) acceptor.listen(Acceptor::max_listen_connections, error);
    }
    if (!error) port = acceptor.local_endpoint(error).port();
    if (error) throw std::system_error(error, "cannot listen on " + where.address + ":" + std::to_string(where.port));
  }

  void close_connections(bool idle_only) {
    for (const auto& connection : connections) {
      if (!idle_only || connection->idle()) connection->close();
    }
  }

  std::shared_ptr<Edge> edge;
  std::shared_ptr<TlsContext> tls;
  Acceptor acceptor;
  std::uint16_t port = 0;
  std::unordered_set<std::shared_ptr<ClientConnection>> connections;
};

namespace {

template <class State>
Async<void> serve(std::shared_ptr<State> state, std::shared_ptr<ClientConnection> connection) {
  state->connections.insert(connection);
  try {
    co_await ClientConnection::serve(connection);
  } catch (const std::exception&) {  // out of memory, most likely: this connection ends, the gateway does not
    connection->close();
  }
  state->connections.erase(connection);
}

template <class State>
Async<void> accept(std::shared_ptr<State> state) {
  for (;;) {
    auto [error, socket] = co_await state->acceptor.async_accept(asio::as_tuple(use_async));
    if (error == asio::error::operation_aborted || !state->acceptor.is_open()) co_return;
    if (error) {  // out of descriptors, most likely: wait for some to come free
      co_await sleep_for(100ms);
      continue;
    }
    if (state->connections.size() >= state->edge->settings.connection_limit) continue;  // closes it
    boost::system::error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    const auto peer = socket.remote_endpoint(ignored);
    Stream stream(std::move(socket), state->edge->readiness, state->tls ? state->tls->accept() : nullptr);
    auto connection = std::make_shared<ClientConnection>(state->edge, std::move(stream), peer.address().to_string());
    asio::co_spawn(state->edge->executor, serve(state, std::move(connection)), asio::detached);
  }
}

}  // namespace

Listener::Listener(std::shared_ptr<Edge> edge, const http::ServerSettings& where, std::shared_ptr<TlsContext> tls)
    : state_(std::make_shared<State>(std::move(edge), std::move(tls))) {
  state_->listen(where);
}

Listener::~Listener() {
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
  state_->close_connections(false);
  state_->edge->wheel->stop();
  state_->edge->readiness->stop();
  state_->edge->closed = true;
}

std::uint16_t Listener::port() const noexcept { return state_->port; }

void Listener::start() {
  state_->edge->readiness->start();
  asio::co_spawn(state_->edge->executor, accept(state_), asio::detached);
}

Async<void> Listener::drain(std::chrono::milliseconds deadline) {
  const auto state = state_;
  state->edge->draining = true;
  boost::system::error_code ignored;
  state->acceptor.close(ignored);
  const auto until = std::chrono::steady_clock::now() + deadline;
  while (!state->connections.empty() && std::chrono::steady_clock::now() < until) {
    state->close_connections(true);
    co_await sleep_for(10ms);
  }
  state->close_connections(false);
}

std::size_t Listener::connections() const noexcept { return state_->connections.size(); }

}  // namespace valion::gateway

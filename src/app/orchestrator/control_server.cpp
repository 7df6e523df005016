#include <sys/stat.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include "app/orchestrator/control.hpp"

namespace valion::app {
namespace {

using Local = asio::local::stream_protocol;
using Acceptor = asio::basic_socket_acceptor<Local, Executor>;
using Socket = asio::basic_stream_socket<Local, Executor>;
constexpr std::size_t kRequestLimit = 4096;

Async<void> send(std::shared_ptr<Socket> socket, ControlAnswer answer) {
  const std::string line = json::encode(answer) + "\n";
  const auto sent = co_await asio::async_write(*socket, asio::buffer(line), asio::as_tuple(use_async));
  static_cast<void>(sent);  // who asked may have left; what was asked for goes on
}

ControlAnswer answer_of(const Result<void>& outcome) {
  ControlAnswer answer;
  if (outcome) {
    answer.done = true;
  } else {
    answer.error = outcome.error().message;
  }
  return answer;
}

Fleet::Report report_to(std::shared_ptr<Socket> socket) {
  return [socket](std::string words) {
    ControlAnswer answer;
    answer.say = std::move(words);
    return send(socket, std::move(answer));
  };
}

}  // namespace

struct ControlServer::State {
  State(Executor on, std::filesystem::path where, Commands wanted)
      : executor(on), path(std::move(where)), commands(std::move(wanted)), acceptor(on) {}

  Async<ControlAnswer> carry_out(ControlRequest request, std::shared_ptr<Socket> socket) const {
    ControlAnswer answer;
    if (request.command == "status") {
      answer.status = commands.status();
    } else if (request.command == "restart") {
      const Result<void> outcome = co_await commands.restart(request.service, report_to(socket));
      answer = answer_of(outcome);
    } else if (request.command == "scale") {
      const int count = static_cast<int>(request.count);
      const Result<void> outcome = co_await commands.scale(request.service, count, report_to(socket));
      answer = answer_of(outcome);
    } else if (request.command == "stop") {
      answer.done = true;
    } else {
      answer.error = "there is no command " + request.command + "; status, restart, scale, stop are";
    }
    co_return answer;
  }

  static Async<void> serve(std::shared_ptr<State> state, std::shared_ptr<Socket> socket) {
    std::string text;
    const auto [error, length] = co_await asio::async_read_until(*socket, asio::dynamic_buffer(text, kRequestLimit),
                                                                 '\n', asio::as_tuple(use_async));
    if (error) co_return;
    auto request = json::decode<ControlRequest>(std::string_view(text).substr(0, length));
    ControlAnswer answer;
    if (request) {
      answer = co_await state->carry_out(*request, socket);
    } else {
      answer.error = "not a request: " + request.error().message;
    }
    co_await send(socket, std::move(answer));
    if (request && request->command == "stop") state->commands.stop();
  }

  static Async<void> accept(std::shared_ptr<State> state) {
    for (;;) {
      auto [error, socket] = co_await state->acceptor.async_accept(asio::as_tuple(use_async));
      if (!state->acceptor.is_open() || error == asio::error::operation_aborted) co_return;
      if (error) {
        co_await sleep_for(std::chrono::milliseconds(100));
        continue;
      }
      auto shared = std::make_shared<Socket>(std::move(socket));
      asio::co_spawn(state->executor, serve(state, std::move(shared)), asio::detached);
    }
  }

  Executor executor;
  std::filesystem::path path;
  Commands commands;
  Acceptor acceptor;
};

std::filesystem::path control_socket(const std::filesystem::path& home) { return home / "run" / "orchestrator.sock"; }

ControlServer::ControlServer(Executor executor, const std::filesystem::path& home, Commands commands)
    : state_(std::make_shared<State>(executor, control_socket(home), std::move(commands))) {
  std::error_code ignored;
  std::filesystem::remove(state_->path, ignored);
  const Local::endpoint endpoint(state_->path.string());
  state_->acceptor.open(endpoint.protocol());
  const mode_t before = umask(0177);  // never, not even for a moment, anybody else's
  boost::system::error_code error;
  state_->acceptor.bind(endpoint, error);
  umask(before);
  if (!error) state_->acceptor.listen(Acceptor::max_listen_connections, error);
  if (error) throw std::system_error(error, "cannot listen on " + state_->path.string());
  asio::co_spawn(executor, State::accept(state_), asio::detached);
}

ControlServer::~ControlServer() {
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
  std::error_code gone;
  std::filesystem::remove(state_->path, gone);
}

}  // namespace valion::app

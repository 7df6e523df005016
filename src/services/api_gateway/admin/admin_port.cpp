#include "services/api_gateway/admin/admin_port.hpp"

#include <boost/asio/basic_waitable_timer.hpp>

#include <system_error>

#include "platform/http/server.hpp"
#include "platform/service/around.hpp"
#include "services/api_gateway/admin/admin_routes.hpp"

namespace valion::gateway::admin {
namespace {

using namespace std::chrono_literals;
using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;

constexpr auto kNextTry = 1s;

}  // namespace

struct AdminPort::State : std::enable_shared_from_this<State> {
  State(Executor on, PortSettings its_settings, Parts its_parts, const auth::SigningKey& key, log::Logger& logger,
        metrics::Registry& metrics)
      : executor(on),
        settings(its_settings),
        parts(std::move(its_parts)),
        log(logger),
        around(logger, metrics, nullptr),
        next_try(on) {
    add_admin_routes(router, parts, key, logger);
  }

  void listen();

  Executor executor;
  PortSettings settings;
  Parts parts;
  log::Logger& log;
  AroundHandlers around;
  http::Router router;
  std::optional<http::Server> server;
  Timer next_try;
  bool complained = false;
};

void AdminPort::State::listen() {
  http::ServerSettings wanted;
  wanted.port = settings.port;
  wanted.connection_limit = 64;
  try {
    server.emplace(executor, wanted, router, [this](http::Request& request, const Result<http::Router::Match>& match) {
      return around.serve(request, match);
    });
    server->start();
    log.info("the admin port listens", {{"port", std::int64_t{server->port()}}});
  } catch (const std::system_error& error) {
    if (!complained) {
      log.warning("the admin port cannot be had; it is tried again every second",
                  {{"port", std::int64_t{settings.port}}, {"reason", error.code().message()}});
    }
    complained = true;
    next_try.expires_after(kNextTry);
    next_try.async_wait([self = weak_from_this()](const boost::system::error_code& stopped) {
      if (const auto alive = self.lock(); alive && !stopped) alive->listen();
    });
  }
}

AdminPort::AdminPort(Executor executor, PortSettings settings, Parts parts, const auth::SigningKey& internal_key,
                     log::Logger& log, metrics::Registry& metrics)
    : state_(std::make_shared<State>(executor, settings, std::move(parts), internal_key, log, metrics)) {}

AdminPort::~AdminPort() {
  state_->next_try.cancel();
  state_->server.reset();
}

void AdminPort::start() { state_->listen(); }

std::uint16_t AdminPort::port() const noexcept { return state_->server ? state_->server->port() : std::uint16_t{0}; }

}  // namespace valion::gateway::admin

#include "services/api_gateway/edge/tls_watch.hpp"

#include <boost/asio/basic_waitable_timer.hpp>

#include <chrono>

namespace valion::gateway {

struct TlsWatch::State : std::enable_shared_from_this<TlsWatch::State> {
  using Clock = std::chrono::steady_clock;
  using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

  State(const Executor& executor, std::shared_ptr<TlsContext> its_tls, log::Logger& its_log)
      : timer(executor), tls(std::move(its_tls)), log(its_log) {}

  void wait() {
    timer.expires_after(std::chrono::seconds(1));
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (error || self->stopped) return;
      self->look();
      self->wait();
    });
  }
  void look() {
    const Result<bool> reloaded = tls->reload();
    if (!reloaded) {
      log.error("the certificate stays as it was: " + reloaded.error().message);
    } else if (*reloaded) {
      log.info("another certificate is in force");
    }
  }

  Timer timer;
  std::shared_ptr<TlsContext> tls;
  log::Logger& log;
  bool stopped = false;
};

TlsWatch::TlsWatch(const Executor& executor, std::shared_ptr<TlsContext> tls, log::Logger& log)
    : state_(std::make_shared<State>(executor, std::move(tls), log)) {
  state_->wait();
}

TlsWatch::~TlsWatch() {
  state_->stopped = true;
  state_->timer.cancel();
}

}  // namespace valion::gateway

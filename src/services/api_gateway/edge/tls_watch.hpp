// Looks every second whether certificate or key have changed, so that a renewed one is served without a restart.
#pragma once

#include <memory>

#include "platform/async/async.hpp"
#include "platform/log/logger.hpp"
#include "services/api_gateway/edge/tls.hpp"

namespace valion::gateway {

// What was taken or could not be, and why, goes to the log. On the event loop's thread; ends with this object.
class TlsWatch {
 public:
  // `log` must outlive this.
  TlsWatch(const Executor& executor, std::shared_ptr<TlsContext> tls, log::Logger& log);
  ~TlsWatch();
  TlsWatch(const TlsWatch&) = delete;
  TlsWatch& operator=(const TlsWatch&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace valion::gateway

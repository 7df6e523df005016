// Reloads the route table when its file changes and on SIGHUP, without touching what runs.
#pragma once

#include <functional>
#include <memory>

#include "platform/async/async.hpp"
#include "platform/log/logger.hpp"
#include "services/api_gateway/routing/live_table.hpp"

namespace valion::gateway {

// Watches the folder of the file (and of what it links to) by inotify: editors and configuration managers put another file in the
// place of the old one. A file that is written in place is looked at when its writer closes it. Looks 50 ms after the first sign,
// so that a rename away and a rename in are one change. SIGHUP looks always, and is what remains where inotify is not to be had.
//
// What is taken or refused, and why, goes to the log. Watching ends with this object. On the event loop's thread.
class ReloadWatch {
 public:
  // `live` and `log` must outlive this.
  ReloadWatch(Executor executor, LiveTable& live, log::Logger& log);
  ~ReloadWatch();
  ReloadWatch(const ReloadWatch&) = delete;
  ReloadWatch& operator=(const ReloadWatch&) = delete;

  // As SIGHUP does; also for the admin port.
  Reload reload_now();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace valion::gateway

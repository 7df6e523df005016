// What `valion health` and `valion log-level` do. Both print for people and return the exit code: 0 good, 1 not.
#pragma once

#include <string>

#include "platform/config/settings.hpp"

namespace valion::app {

struct HealthQuestion {
  std::string url;
  int patience_seconds = 3;
};
// GET; 0 only for status 200. Needs no home, no token and no other program: it is what containers' health checks run.
[[nodiscard]] int ask_health(const HealthQuestion& question);

struct LogLevelChange {
  std::string level;    // empty: only show
  std::string service;  // empty: all
};
// On every instance that the registry knows, signed with the home's internal key. 1 when one of them did not obey, or there is
// none.
[[nodiscard]] int change_log_level(const Settings& settings, const LogLevelChange& change);

}  // namespace valion::app

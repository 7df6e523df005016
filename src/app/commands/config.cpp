#include <fmt/format.h>

#include "app/commands/commands.hpp"
#include "platform/redis/address.hpp"
#include "platform/sql/database_url.hpp"

namespace valion::app {

int show_config(const Settings& settings) {
  Settings shown = settings;
  if (!shown.database_url.empty()) shown.database_url = sql::DatabaseUrl::parse(shown.database_url).shown;
  if (!shown.redis_url.empty()) shown.redis_url = redis::Address::parse(shown.redis_url).shown;
  fmt::print("{}", to_yaml(shown));
  return 0;
}

}  // namespace valion::app

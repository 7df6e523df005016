#include "app/status/registered_instances.hpp"

#include <filesystem>

#include "platform/redis/redis.hpp"

namespace valion::app {
namespace {

constexpr std::chrono::seconds kRedisPatience{1};

redis::Settings address_of_redis(const Settings& settings) {
  redis::Settings made;
  made.url = settings.redis_url.empty()
                 ? "unix:" + (std::filesystem::absolute(settings.home) / "redis" / "redis.sock").string()
                 : settings.redis_url;
  return made;
}

}  // namespace

Async<std::vector<registry::Instance>> registered_instances(Executor executor, const Settings& settings) {
  redis::Client redis(executor, address_of_redis(settings));
  registry::Directory directory(redis, {});
  const bool connected = co_await redis.wait_connected(kRedisPatience);
  if (connected) {
    const Result<void> seen = co_await directory.refresh();
    static_cast<void>(seen);
  }
  redis.close();
  co_return directory.all();
}

}  // namespace valion::app

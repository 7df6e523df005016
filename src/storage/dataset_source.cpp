#include "storage/dataset_source.hpp"

#include <string>
#include <utility>

#include "platform/metrics/cache_counters.hpp"
#include "platform/objects/object_store.hpp"
#include "storage/arrow_ipc.hpp"
#include "storage/dataset_cache.hpp"

namespace valion::storage {
namespace {

using TablePointer = std::shared_ptr<const dataset::Table>;

constexpr std::size_t kBodyLimit = std::size_t{4} << 30;

ServiceRequest get(const Hash& version, const char* part) {
  ServiceRequest request;
  request.service = "data_processing";
  request.target = "/data/versions/" + version.text() + part;
  return request;
}

DatasetCache cache_of(const ServiceContext& context) { return DatasetCache(context.home / "cache" / "datasets"); }

Result<TablePointer> open(std::string_view bytes) {
  VALION_TRY_ASSIGN(StoredTable stored, read_arrow(bytes));
  return std::make_shared<const dataset::Table>(std::move(stored.table));
}

// Null when the cache does not have it.
Result<TablePointer> open_cached(const ServiceContext& context, const Hash& version) {
  const auto bytes = cache_of(context).find(version);
  metrics::CacheCounters lookups(context.metrics, "dataset");
  bytes ? lookups.hit() : lookups.miss();
  if (!bytes) return TablePointer();
  return open(*bytes);
}

Result<TablePointer> open_fetched(ServiceContext& context, const Hash& version, const std::string& bytes) {
  if (sha256(bytes) != version) {
    return fail(ErrorKind::bad_gateway, "data_processing sent something else than dataset version " + version.text());
  }
  auto table = open(bytes);
  if (!table)
    return fail(ErrorKind::bad_gateway, "data_processing sent a damaged dataset version: " + table.error().message);
  if (const auto kept = cache_of(context).put(version, bytes); !kept) {
    context.log.warning("a dataset version could not be cached",
                        {{"version", version.text()}, {"reason", kept.error().message}});
  }
  return table;
}

}  // namespace

void announce_dataset_cache(ServiceContext& context) { metrics::CacheCounters(context.metrics, "dataset"); }

Async<Result<TablePointer>> fetch_dataset(ServiceContext& context, const CallOrigin& origin, const Hash& version) {
  const CallOrigin caller = origin;
  const Hash wanted = version;
  VALION_CO_TRY(co_await context.fetch_from_service(caller, get(wanted, "")));
  const auto read_cache = [&] { return open_cached(context, wanted); };
  VALION_CO_TRY_ASSIGN(TablePointer cached, co_await context.cpu.run(read_cache));
  if (cached != nullptr) co_return cached;
  VALION_CO_TRY_ASSIGN(const auto answer,
                       co_await context.fetch_from_service(caller, get(wanted, "/arrow"), kBodyLimit));
  const auto read_answer = [&] { return open_fetched(context, wanted, answer.body); };
  co_return co_await context.cpu.run(read_answer);
}

Result<TablePointer> fetch_dataset_blocking(ServiceContext& context, const CallOrigin& origin, const Hash& version) {
  VALION_TRY(context.fetch_blocking(origin, get(version, "")));
  VALION_TRY_ASSIGN(TablePointer cached, open_cached(context, version));
  if (cached != nullptr) return cached;
  VALION_TRY_ASSIGN(const auto answer, context.fetch_blocking(origin, get(version, "/arrow"), kBodyLimit));
  return open_fetched(context, version, answer.body);
}

}  // namespace valion::storage

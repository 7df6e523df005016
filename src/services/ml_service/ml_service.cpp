#include "services/ml_service/ml_service.hpp"

#include <utility>

#include "contracts/data.hpp"
#include "contracts/ml.hpp"
#include "domain/model/valuation.hpp"
#include "platform/metrics/cache_counters.hpp"
#include "platform/objects/open_object_store.hpp"
#include "platform/service/fetch_json.hpp"
#include "platform/service/idempotent.hpp"
#include "platform/service/job_kinds.hpp"
#include "platform/service/read_json.hpp"
#include "services/ml_service/answers.hpp"
#include "services/ml_service/model_cache.hpp"
#include "services/ml_service/model_metrics.hpp"
#include "services/ml_service/requests.hpp"
#include "services/ml_service/training_job.hpp"
#include "storage/dataset_source.hpp"

namespace valion {
namespace {

const std::string kTraining = "ml.training";
constexpr std::size_t kModelsInMemory = 16;
constexpr std::size_t kBytesInMemory = 512u << 20;
constexpr std::chrono::seconds kBetweenLooks{5};  // at the catalogue, for the metrics
constexpr int kMostListed = 1'000;

Hash hash_in(const http::Request& request, const std::string& parameter) {
  return Hash::parse(request.parameters.text(parameter)).value_or(Hash());  // the route accepts nothing else
}

}  // namespace

struct MlService::State {
  explicit State(ServiceContext& service)
      : storage(std::make_shared<ml::ModelStorage>(service.catalogue_url(),
                                                   open_object_store(service.settings, std::string(kName)))),
        cache(kModelsInMemory, kBytesInMemory),
        lookups(service.metrics, "model") {
    service.observe(storage->database, "catalogue");
    storage::announce_dataset_cache(service);
  }

  std::shared_ptr<ml::ModelStorage> storage;
  ml::ModelCache cache;
  metrics::CacheCounters lookups;
  std::chrono::steady_clock::time_point models_shown_at{};

  // The model ready to value; not_found also for another tenant's. Reads and decodes on the CPU pool.
  Async<Result<ml::ModelCache::Model>> open(ServiceContext& service, const std::string& tenant, const Hash& hash,
                                            trace::Parent span) {
    VALION_CO_TRY(co_await storage->catalogue.find_model(tenant, hash, span));
    if (auto ready = cache.find(hash)) {
      lookups.hit();
      co_return ready;
    }
    lookups.miss();
    std::size_t bytes = 0;
    const auto load = [&]() -> Result<ml::ModelCache::Model> {
      VALION_TRY_ASSIGN(const std::string encoded, storage->objects->get(hash));
      VALION_TRY_ASSIGN(auto stored, ml::decode_model(encoded));
      bytes = encoded.size();
      return std::make_shared<const ml::StoredModel>(std::move(stored));
    };
    VALION_CO_TRY_ASSIGN(auto model, co_await service.cpu.run(load));
    cache.add(hash, model, bytes);
    co_return model;
  }
};

MlService::MlService() = default;
MlService::~MlService() = default;

void MlService::routes(http::Router& router) {
  using http::Method;
  const auto add = [&](Method method, std::string_view path,
                       Async<Result<http::Response>> (MlService::*handler)(http::Request&)) {
    router.add(method, path, [this, handler](http::Request& request) { return (this->*handler)(request); });
  };
  router.add(Method::post, "/ml/models", [this](http::Request& request) {
    return idempotently(context(), request, [this](http::Request& inner) { return train(inner); });
  });
  add(Method::get, "/ml/models", &MlService::list_models);
  add(Method::get, "/ml/models/{model:hash}", &MlService::show_model);
  add(Method::get, "/ml/models/{model:hash}/evaluation", &MlService::show_evaluation);
  add(Method::post, "/ml/models/{model:hash}/valuations", &MlService::value_property);
  add(Method::get, "/ml/valuations/{valuation:hash}", &MlService::show_valuation);
}

Async<Result<void>> MlService::initialize() {
  state_ = std::make_unique<State>(context());
  handle_job<contracts::TrainingRequest>(
      context(), kTraining,
      [this](const contracts::TrainingRequest& asked, const CallOrigin& origin, jobs::JobContext& job) {
        return ml::run_training(context(), *state_->storage, origin, asked, job);
      });
  co_return Result<void>();
}

Async<void> MlService::refresh_metrics() {
  const auto now = std::chrono::steady_clock::now();
  if (now - state_->models_shown_at < kBetweenLooks) co_return;
  const auto records = co_await state_->storage->catalogue.latest_models(ml::kModelsShown);
  if (!records) co_return;  // shown as they were
  ml::show_models(context().metrics, *records);
  state_->models_shown_at = now;
}

Async<ServiceHealth> MlService::health_check() {
  ServiceHealth health;
  const std::string nobody;
  const auto answered = co_await state_->storage->catalogue.list_models(nobody, 1);
  health.dependencies.push_back({"catalogue", answered.has_value(), answered ? "" : answered.error().message});
  health.ready = answered.has_value();
  health.metrics["models_in_memory"] = static_cast<double>(state_->cache.models());
  health.metrics["model_bytes_in_memory"] = static_cast<double>(state_->cache.bytes());
  health.metrics["jobs_active"] = static_cast<double>(context().jobs.active());
  co_return health;
}

// What can be refused is refused now, with every violation; only what needs the rows themselves fails later, in the job.
Async<Result<http::Response>> MlService::train(http::Request& request) {
  VALION_CO_TRY_ASSIGN(const auto asked, co_await read_json<contracts::TrainingRequest>(request));
  const CallOrigin origin = CallOrigin::of(request);
  const std::string keeper = "data_processing", target = "/data/versions/" + asked.version.text();
  VALION_CO_TRY_ASSIGN(const auto version,
                       co_await fetch_json<contracts::DatasetVersion>(context(), origin, keeper, target));
  VALION_CO_TRY_ASSIGN(const auto schema, ml::to_schema(version));
  VALION_CO_TRY(ml::check_request(asked, schema));
  auto response = co_await submit_job(context(), request, kTraining, asked);
  co_return response;
}

Async<Result<http::Response>> MlService::list_models(http::Request& request) {
  VALION_CO_TRY_ASSIGN(const auto records, co_await state_->storage->catalogue.list_models(request.principal->tenant,
                                                                                           kMostListed, request.span));
  std::string body = R"({"models":[)";
  for (const auto& record : records) body += (&record == &records.front() ? "" : ",") + record;
  co_return http::json_response(200, body + "]}");
}

Async<Result<http::Response>> MlService::show_model(http::Request& request) {
  const Hash hash = hash_in(request, "model");
  VALION_CO_TRY_ASSIGN(auto record,
                       co_await state_->storage->catalogue.find_model(request.principal->tenant, hash, request.span));
  co_return http::json_response(200, std::move(record));
}

Async<Result<http::Response>> MlService::show_evaluation(http::Request& request) {
  const Hash hash = hash_in(request, "model");
  VALION_CO_TRY_ASSIGN(const auto model,
                       co_await state_->open(context(), request.principal->tenant, hash, request.span));
  co_return http::json_response(200, json::encode(ml::to_evaluation_rows(hash, model->trained.test_rows)));
}

Async<Result<http::Response>> MlService::value_property(http::Request& request) {
  VALION_CO_TRY_ASSIGN(const auto asked, co_await read_json<contracts::ValuationRequest>(request));
  const std::string tenant = request.principal->tenant;
  const Hash hash = hash_in(request, "model");
  VALION_CO_TRY_ASSIGN(const auto model, co_await state_->open(context(), tenant, hash, request.span));
  const auto work = [&]() -> Result<contracts::Valuation> {
    VALION_TRY_ASSIGN(const auto value, model::value_property(model->trained, asked.subject, asked.date,
                                                              static_cast<std::size_t>(asked.comparables)));
    auto valuation = ml::to_valuation(hash, *model, asked, value);
    valuation.valuation = sha256(json::encode(valuation));
    return valuation;
  };
  trace::Span computing = trace::begin(request.span, "value the property");
  VALION_CO_TRY_ASSIGN(auto valuation, co_await context().cpu.run(work));
  computing.end();
  valuation.created_at = utc_timestamp(std::chrono::system_clock::now());
  const std::string body = json::encode(valuation);
  VALION_CO_TRY_ASSIGN(auto kept, co_await state_->storage->catalogue.add_valuation(
                                      tenant, valuation.valuation, valuation.created_at, body, request.span));
  auto response = http::json_response(201, std::move(kept));
  response.headers.set("Location", "/ml/valuations/" + valuation.valuation.text());
  co_return response;
}

Async<Result<http::Response>> MlService::show_valuation(http::Request& request) {
  const Hash hash = hash_in(request, "valuation");
  VALION_CO_TRY_ASSIGN(
      auto body, co_await state_->storage->catalogue.find_valuation(request.principal->tenant, hash, request.span));
  co_return http::json_response(200, std::move(body));
}

Result<std::set<Hash>> MlService::referenced_objects(sql::Database& catalogue) const {
  VALION_TRY_ASSIGN(const auto models, ml::ModelCatalogue(catalogue).all_models_blocking());
  return as_hashes(models);
}

}  // namespace valion

#include "services/ml_service/training_job.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "domain/model/regressor.hpp"
#include "domain/model/training.hpp"
#include "platform/json/described.hpp"
#include "services/ml_service/answers.hpp"
#include "services/ml_service/model_codec.hpp"
#include "services/ml_service/requests.hpp"
#include "storage/dataset_source.hpp"

namespace valion::ml {
namespace {

constexpr double kFetched = 0.03;  // shares of the progress bar
constexpr double kTrained = 0.97;

std::string engine_of(std::size_t threads) {
  return model::xgboost_version() + ", " + std::to_string(threads) + (threads == 1 ? " thread" : " threads");
}

Result<StoredModel> train_stored(const dataset::Table& table, const contracts::TrainingRequest& request,
                                 std::size_t threads, jobs::JobContext& job, std::vector<double>& seconds) {
  VALION_TRY_ASSIGN(const auto spec, to_spec(request));
  model::TrainingOptions options;
  options.threads = threads;
  options.progress = [&job](double share, const std::string& stage) {
    job.progress(kFetched + (kTrained - kFetched) * share, 1, stage);
  };
  options.cancelled = [&job] { return job.cancelled(); };
  VALION_TRY_ASSIGN(auto outcome, model::train(table, spec, options));
  seconds = std::move(outcome.seconds);
  return StoredModel{request, engine_of(threads), std::move(outcome.model)};
}

}  // namespace

Result<std::string> run_training(ServiceContext& context, ModelStorage& storage, const CallOrigin& origin,
                                 const contracts::TrainingRequest& request, jobs::JobContext& job) {
  const auto start = std::chrono::steady_clock::now();
  job.progress(0, 1, "fetching the data set");
  VALION_TRY_ASSIGN(const auto table, storage::fetch_dataset_blocking(context, origin, request.version));
  if (job.cancelled()) return fail(ErrorKind::cancelled, "training was cancelled");

  std::vector<double> seconds;
  const std::size_t threads = std::max<std::size_t>(context.settings.cpu_threads, 1);
  trace::Span fitting = trace::begin(origin.span, "train the model");
  VALION_TRY_ASSIGN(const auto stored, train_stored(*table, request, threads, job, seconds));
  fitting.end();
  job.progress(kTrained, 1, "storing the model");
  VALION_TRY_ASSIGN(const Hash hash, storage.objects->put(encode_model(stored)));
  const double total = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const std::string created_at = utc_timestamp(std::chrono::system_clock::now());
  const auto record = json::encode(to_record(hash, stored, seconds, total, created_at));
  VALION_TRY(job.confirm());
  return storage.catalogue.add_model_blocking(origin.principal.tenant, hash, created_at, record, origin.span);
}

}  // namespace valion::ml

// The service as others meet it: over HTTP, as a process, with another process that keeps the data sets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "contracts/data.hpp"
#include "contracts/ml.hpp"
#include "contracts/platform.hpp"
#include "domain/model/synthetic_market.hpp"
#include "platform/json/described.hpp"
#include "platform/objects/object_store.hpp"
#include "platform/service/running_service.hpp"
#include "services/ml_service/ml_service.hpp"
#include "storage/arrow_ipc.hpp"

namespace valion {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using testing::eventually;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string market_bytes() {
  return storage::write_arrow(model::testing::make_market({.sales = 400, .noise = 0.1, .seed = 7}), {}).value();
}

// Keeps one data set, as data_processing's contract says; every tenant may read it but «stranger».
class DatasetKeeper final : public BaseService {
 public:
  [[nodiscard]] std::string_view name() const override { return "data_processing"; }
  void routes(http::Router& router) override {
    router.add(http::Method::get, "/data/versions/{version:hash}",
               [this](http::Request& request) { return show(request); });
    router.add(http::Method::get, "/data/versions/{version:hash}/arrow",
               [this](http::Request& request) { return send(request); });
  }

 private:
  [[nodiscard]] bool may_read(const http::Request& request) const {
    return request.parameters.text("version") == sha256(bytes_).text() && request.principal->tenant != "stranger";
  }
  Async<Result<http::Response>> show(http::Request& request) {
    if (!may_read(request)) co_return fail(ErrorKind::not_found, "no such version");
    const auto market = model::testing::make_market({.sales = 1, .noise = 0, .seed = 1});
    contracts::DatasetVersion version;
    version.version = sha256(bytes_);
    for (const auto& column : market.columns) {
      const char* const types[] = {"number", "text", "date"};
      version.columns.push_back({column.name, types[column.values.index()], "", 0});
    }
    co_return http::json_response(200, json::encode(version));
  }
  Async<Result<http::Response>> send(http::Request& request) {
    if (!may_read(request)) co_return fail(ErrorKind::not_found, "no such version");
    co_return http::text_response(200, "application/vnd.apache.arrow.file", bytes_);
  }
  std::string bytes_ = market_bytes();
};

contracts::TrainingRequest market_request() {
  contracts::TrainingRequest request;
  request.name = "a small market";
  request.version = sha256(market_bytes());
  request.target = "price";
  request.currency = "USD";
  request.area_unit = "m2";
  request.features = {{"area", "log"}, {"age"}, {"finish"}};
  request.location = contracts::NeighbourSpec{"longitude", "latitude", {5, 15}};
  request.split = {"sale_date", *Date::parse("1997-01-01"), *Date::parse("1997-12-31"), *Date::parse("1998-01-01"),
                   1000.0};
  request.models = {"ols", "elastic_net"};
  request.benchmark = "assessed";
  request.folds = 3;
  return request;
}

contracts::ValuationRequest house_request() {
  contracts::ValuationRequest request;
  request.label = "12 Oak Street";
  request.date = *Date::parse("1998-06-30");
  request.subject = {
      {"area", 140.0}, {"age", 12.0}, {"finish", std::string("fine")}, {"longitude", -83.5}, {"latitude", 41.7}};
  return request;
}

class MlServiceOverHttp : public ::testing::Test {
 protected:
  [[nodiscard]] Settings settings() const {
    return testing::settings_for(folder_.path(), redis_.url(), {"data_processing", "ml_service"});
  }
  [[nodiscard]] std::string token_of(const std::string& tenant) const {
    return testing::internal_token(folder_.path(), tenant);
  }
  contracts::JobView job_after(const std::string& location) {
    contracts::JobView job;
    EXPECT_TRUE(eventually([&] {
      job = json::decode<contracts::JobView>(service_.get(location, token_of("acme")).body).value();
      return job.state != "queued" && job.state != "running";
    }));
    return job;
  }
  // The record of the trained market.
  contracts::ModelRecord train() {
    Answer accepted;
    // The keeper registers on its own time; until then the service says that it cannot be reached.
    EXPECT_TRUE(eventually([&] {
      accepted = service_.post("/ml/models", token_of("acme"), json::encode(market_request()));
      return accepted.status == 202;
    })) << accepted.body;
    const auto job = job_after(accepted.header("Location"));
    EXPECT_EQ(job.state, "succeeded") << (job.error ? job.error->message : "");
    return json::decode<contracts::ModelRecord>(job.result.value_or(json::Raw{}).text).value();
  }

  testing::TemporaryFolder folder_;
  testing::PrivateRedis redis_;
  testing::RunningService<DatasetKeeper> keeper_{settings()};
  testing::RunningService<MlService> service_{settings()};
};

TEST_F(MlServiceOverHttp, TrainsValuesAndKeepsBothForTheirTenant) {
  const auto record = train();
  const std::string path = "/ml/models/" + record.model.text();
  EXPECT_LT(record.test.mdape, 0.1);
  EXPECT_EQ(service_.get(path, token_of("acme")).body, json::encode(record));
  EXPECT_THAT(service_.get("/ml/models", token_of("acme")).body, HasSubstr(record.model.text()));

  const auto rows =
      json::decode<contracts::EvaluationRows>(service_.get(path + "/evaluation", token_of("acme")).body).value();
  EXPECT_EQ(static_cast<std::int64_t>(rows.price.size()), record.n_test);
  EXPECT_TRUE(std::is_sorted(rows.date.begin(), rows.date.end()));

  const Answer created = service_.post(path + "/valuations", token_of("acme"), json::encode(house_request()));
  ASSERT_EQ(created.status, 201) << created.body;
  const auto valuation = json::decode<contracts::Valuation>(created.body).value();
  EXPECT_EQ(created.header("Location"), "/ml/valuations/" + valuation.valuation.text());
  EXPECT_EQ(service_.get(created.header("Location"), token_of("acme")).body, created.body);
  EXPECT_EQ(service_.post(path + "/valuations", token_of("acme"), json::encode(house_request())).body, created.body)
      << "the same question has the same, immutable answer";

  for (const auto& hidden : {path, path + "/evaluation", created.header("Location")}) {
    EXPECT_EQ(service_.get(hidden, token_of("other")).status, 404) << hidden;
  }
  EXPECT_EQ(service_.post(path + "/valuations", token_of("other"), json::encode(house_request())).status, 404);
  EXPECT_EQ(service_.get("/ml/models", token_of("other")).body, R"({"models":[]})");
}

TEST_F(MlServiceOverHttp, TrainingTheSameAgainIsTheSameModel) { EXPECT_EQ(train().model, train().model); }

TEST_F(MlServiceOverHttp, RefusesWhatCannotBeTrainedBeforeAnyJob) {
  train();  // so that the keeper is known
  auto request = market_request();
  request.features.push_back({"assessed"});
  request.features.push_back({"rooms"});
  const Answer refused = service_.post("/ml/models", token_of("acme"), json::encode(request));
  EXPECT_EQ(refused.status, 422);
  for (const char* pointer : {"/features/3/column", "/features/4/column"})
    EXPECT_THAT(refused.body, HasSubstr(pointer));

  request = market_request();
  request.folds = 1;
  const Answer out_of_range = service_.post("/ml/models", token_of("acme"), json::encode(request));
  EXPECT_EQ(out_of_range.status, 422);
  EXPECT_THAT(out_of_range.body, HasSubstr("/folds"));

  request = market_request();
  request.version = sha256("something else");
  EXPECT_EQ(service_.post("/ml/models", token_of("acme"), json::encode(request)).status, 404);
  EXPECT_EQ(service_.post("/ml/models", token_of("stranger"), json::encode(market_request())).status, 404);
  EXPECT_EQ(service_.post("/ml/models", token_of("acme"), "{").status, 400);
  EXPECT_EQ(service_.post("/ml/models", {}, json::encode(market_request())).status, 401);
}

TEST_F(MlServiceOverHttp, RefusesASubjectThatDoesNotFit) {
  const auto record = train();
  auto request = house_request();
  request.subject["area"] = std::string("big");
  request.subject["pool"] = true;
  request.comparables = 5000;
  const std::string path = "/ml/models/" + record.model.text() + "/valuations";
  EXPECT_THAT(service_.post(path, token_of("acme"), json::encode(request)).body, HasSubstr("/comparables"));
  request.comparables = 5;
  const Answer refused = service_.post(path, token_of("acme"), json::encode(request));
  EXPECT_EQ(refused.status, 422);
  for (const char* pointer : {"/subject/area", "/subject/pool"}) EXPECT_THAT(refused.body, HasSubstr(pointer));
  EXPECT_EQ(service_.post(path, token_of("acme"), json::encode(house_request())).status, 201)
      << "the service is still up";
}

TEST_F(MlServiceOverHttp, AJobThatFindsTooFewSalesSaysSo) {
  train();
  auto request = market_request();
  request.split.test_from = *Date::parse("2005-01-01");
  const Answer accepted = service_.post("/ml/models", token_of("acme"), json::encode(request));
  ASSERT_EQ(accepted.status, 202) << accepted.body;
  const auto job = job_after(accepted.header("Location"));
  EXPECT_EQ(job.state, "failed");
  EXPECT_EQ(job.error->kind, "invalid");
}

}  // namespace
}  // namespace valion

// The service as others meet it: over HTTP, as a process, with another process that keeps the data sets.
#include "services/geospatial_service/geospatial_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contracts/geospatial.hpp"
#include "contracts/platform.hpp"
#include "platform/objects/object_store.hpp"
#include "platform/service/running_service.hpp"
#include "storage/arrow_ipc.hpp"

namespace valion {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using testing::eventually;
using ::testing::HasSubstr;

// Four sales in degrees, one of them without a place.
std::string market_bytes() {
  dataset::Table table;
  table.row_numbers = {1, 2, 3, 4};
  table.columns.push_back({"price", "USD", dataset::NumberValues{100000, 110000, 120000, 130000}});
  table.columns.push_back({"sold", "", dataset::DateValues{{9000, 9001, 9002, 9003}}});
  table.columns.push_back({"lon", "degree", dataset::NumberValues{-83.51, -83.52, -83.53, -83.54}});
  table.columns.push_back({"lat", "degree", dataset::NumberValues{41.6, 41.6, 41.6, 141.6}});
  return storage::write_arrow(table, {}).value();
}

// Keeps data sets in memory, as data_processing's contract says; every tenant may read them but «stranger».
class DatasetKeeper final : public BaseService {
 public:
  [[nodiscard]] std::string_view name() const override { return "data_processing"; }
  void routes(http::Router& router) override {
    keep(market_bytes(), "import");
    router.add(http::Method::get, "/data/versions/{version:hash}",
               [this](http::Request& request) { return show(request); });
    router.add(http::Method::get, "/data/versions/{version:hash}/arrow",
               [this](http::Request& request) { return send(request); });
    router.add(http::Method::post, "/data/versions", [this](http::Request& request) { return add(request); });
  }

 private:
  struct Kept {
    std::string bytes, note;
  };

  Hash keep(std::string bytes, std::string note) {
    const Hash hash = sha256(bytes);
    kept_[hash.text()] = {std::move(bytes), std::move(note)};
    return hash;
  }
  [[nodiscard]] Result<Kept> find(const http::Request& request) const {
    const auto found = kept_.find(request.parameters.text("version"));
    if (found == kept_.end() || request.principal->tenant == "stranger")
      return fail(ErrorKind::not_found, "no such version");
    return found->second;
  }
  static std::string view_of(const Hash& hash, const Kept& kept) {
    contracts::DatasetVersion version;
    version.version = hash;
    version.note = kept.note;
    version.rows = 4;
    return json::encode(version);
  }
  Async<Result<http::Response>> show(http::Request& request) {
    VALION_CO_TRY_ASSIGN(const Kept kept, find(request));
    co_return http::json_response(200, view_of(sha256(kept.bytes), kept));
  }
  Async<Result<http::Response>> send(http::Request& request) {
    VALION_CO_TRY_ASSIGN(Kept kept, find(request));
    co_return http::text_response(200, "application/vnd.apache.arrow.file", std::move(kept.bytes));
  }
  Async<Result<http::Response>> add(http::Request& request) {
    if (request.query["parent"] != sha256(market_bytes()).text()) co_return fail(ErrorKind::invalid, "another parent");
    VALION_CO_TRY_ASSIGN(std::string bytes, co_await http::read_all(*request.body, 1u << 20));
    const std::string note = request.query["note"];
    const Hash hash = keep(std::move(bytes), note);
    co_return http::json_response(201, view_of(hash, kept_.at(hash.text())));
  }

  std::map<std::string, Kept> kept_;
};

contracts::EnrichmentRequest enrichment_request() {
  contracts::EnrichmentRequest request;
  request.version = sha256(market_bytes());
  request.crs = "EPSG:4326";
  request.x = "lon";
  request.y = "lat";
  request.centre = {"Downtown Toledo & surroundings", -83.51, 41.6};
  return request;
}

class GeospatialOverHttp : public ::testing::Test {
 protected:
  [[nodiscard]] Settings settings() const {
    return testing::settings_for(folder_.path(), redis_.url(), {"data_processing", "geospatial_service"});
  }
  [[nodiscard]] std::string token_of(const std::string& tenant) const {
    return testing::internal_token(folder_.path(), tenant);
  }
  // The ended job. The keeper registers on its own time: until then a job fails because it cannot be reached.
  contracts::JobView enrich(const contracts::EnrichmentRequest& request, const std::string& tenant = "acme") {
    contracts::JobView job;
    EXPECT_TRUE(eventually([&] {
      const Answer accepted = service_.post("/geospatial/enrichments", token_of(tenant), json::encode(request));
      EXPECT_EQ(accepted.status, 202) << accepted.body;
      EXPECT_TRUE(eventually([&] {
        job =
            json::decode<contracts::JobView>(service_.get(accepted.header("Location"), token_of(tenant)).body).value();
        return job.state != "queued" && job.state != "running";
      }));
      return !job.error || job.error->kind != "unavailable";
    }));
    return job;
  }

  testing::TemporaryFolder folder_;
  testing::PrivateRedis redis_;
  testing::RunningService<DatasetKeeper> keeper_{settings()};
  testing::RunningService<GeospatialService> service_{settings()};
};

TEST_F(GeospatialOverHttp, EnrichesADatasetAndPreviewsItsNeighbourhoods) {
  const auto job = enrich(enrichment_request());
  ASSERT_EQ(job.state, "succeeded") << (job.error ? job.error->message : "");
  const auto result = json::decode<contracts::EnrichmentResult>(job.result->text).value();
  EXPECT_EQ(result.located, 3);
  EXPECT_EQ(result.not_located, 1);
  EXPECT_EQ(result.west, -83.53);
  EXPECT_EQ(result.east, -83.51);
  EXPECT_NEAR(result.median_distance_to_centre, 833.5, 1);
  EXPECT_EQ(result.version.note, "location from lon, lat (EPSG:4326); distance to Downtown Toledo & surroundings");

  const Answer bytes = keeper_.get("/data/versions/" + result.version.version.text() + "/arrow", token_of("acme"));
  const auto stored = storage::read_arrow(bytes.body);
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->table.find("longitude")->numbers().at(1), -83.52);
  EXPECT_TRUE(stored->table.find("distance_to_centre")->missing(3));

  contracts::NeighbourLevelRequest levels;
  levels.version = result.version.version;
  levels.target = "price";
  levels.date = "sold";
  levels.train_to = Date(9003);
  levels.neighbours = {1, 2};
  const Answer answer = service_.post("/geospatial/neighbour-levels", token_of("acme"), json::encode(levels));
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto preview = json::decode<contracts::NeighbourLevelPreview>(answer.body).value();
  EXPECT_EQ(preview.training_sales, 3);
  EXPECT_NEAR(preview.levels.at(0).median_reach, 833, 2);

  EXPECT_EQ(service_.post("/geospatial/neighbour-levels", token_of("stranger"), json::encode(levels)).status, 404);
  levels.neighbours.clear();
  const Answer refused = service_.post("/geospatial/neighbour-levels", token_of("acme"), json::encode(levels));
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, HasSubstr("/neighbours"));
}

TEST_F(GeospatialOverHttp, AJobThatCannotLocateSaysWhy) {
  auto request = enrichment_request();
  request.crs = "EPSG:99999";
  const auto job = enrich(request);
  EXPECT_EQ(job.state, "failed");
  EXPECT_EQ(job.error->kind, "invalid");
  request = enrichment_request();
  request.version = sha256("something else");
  EXPECT_EQ(enrich(request).error->kind, "not_found");
  EXPECT_EQ(enrich(enrichment_request(), "stranger").error->kind, "not_found");
}

TEST_F(GeospatialOverHttp, LocatesOneProperty) {
  contracts::LocateRequest request{"EPSG:4326", -83.52, 41.6, {"Downtown", -83.51, 41.6}};
  const Answer answer = service_.post("/geospatial/locate", token_of("acme"), json::encode(request));
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto location = json::decode<contracts::Location>(answer.body).value();
  EXPECT_EQ(location.longitude, -83.52);
  EXPECT_NEAR(location.distance_to_centre, 833.5, 1);

  request.crs = "+init=/etc/passwd:root";
  const Answer refused = service_.post("/geospatial/locate", token_of("acme"), json::encode(request));
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, HasSubstr("/crs"));
  EXPECT_EQ(service_.post("/geospatial/locate", token_of("acme"), "{").status, 400);
  EXPECT_EQ(service_.post("/geospatial/locate", {}, json::encode(request)).status, 401);
}

}  // namespace
}  // namespace valion

// The service as a process of its own: files in, versions out, and nothing left of what was refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "contracts/data.hpp"
#include "domain/dataset/columns.hpp"
#include "platform/http/multipart.hpp"
#include "platform/json/described.hpp"
#include "platform/objects/object_store.hpp"
#include "platform/service/job_kinds.hpp"
#include "platform/service/running_service.hpp"
#include "services/data_processing/data_processing.hpp"
#include "services/data_processing/descent.hpp"
#include "storage/arrow_ipc.hpp"
#include "storage/dataset_source.hpp"

namespace valion {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kSales = "area,price,depth\n50,100,0\n60,120,30\n70,140,35\n";
const std::string kOptions =
    R"({"name":"sales","target":"price","columns":[{"name":"area","type":"number","unit":"m2"}]})";

// Another service that computes on dataset versions.
class Consumer final : public BaseService {
 public:
  [[nodiscard]] std::string_view name() const override { return "consumer"; }
  void routes(http::Router& router) override {
    router.add(http::Method::get, "/rows/{version:hash}", [this](http::Request& request) { return rows(request); });
    router.add(http::Method::post, "/jobs/rows/{version:hash}",
               [this](http::Request& request) { return rows_by_job(request); });
  }

  Async<Result<void>> initialize() override {
    const auto count = [this](jobs::JobContext& job) -> Result<std::string> {
      const Hash version = Hash::parse(job.job().payload.substr(1, 64)).value();
      VALION_TRY_ASSIGN(const auto table, storage::fetch_dataset_blocking(context(), origin_of(job), version));
      return std::to_string(table->rows());
    };
    context().jobs.handle("test.rows", count);
    co_return Result<void>{};
  }

 private:
  Async<Result<http::Response>> rows(http::Request& request) {
    const CallOrigin origin = CallOrigin::of(request);
    const Hash version = Hash::parse(request.parameters.text("version")).value();
    VALION_CO_TRY_ASSIGN(const auto table, co_await storage::fetch_dataset(context(), origin, version));
    co_return http::json_response(200, std::to_string(table->rows()));
  }
  Async<Result<http::Response>> rows_by_job(http::Request& request) {
    std::string payload = "\"" + request.parameters.text("version") + "\"";
    auto response = co_await submit_job_text(context(), request, "test.rows", std::move(payload));
    co_return response;
  }
};

class DataProcessingTest : public ::testing::Test {
 protected:
  DataProcessingTest() : service_(settings()) { EXPECT_GT(service_.port(), 0) << service_.said(); }

  Settings settings() {
    Settings made;
    made.home = folder_.path();
    made.upload_limit = 100'000;
    made.drain = 2s;
    made.heartbeat = 100ms;
    made.redis_url = redis_.url();
    return made;
  }
  [[nodiscard]] std::string token(const std::string& tenant = "acme") const {
    return testing::internal_token(folder_.path(), tenant);
  }
  Answer upload(const std::string& content, const std::string& options = kOptions, const std::string& part = "file") {
    const auto file = folder_.path() / "upload.csv";
    std::ofstream(file, std::ios::binary) << content;
    http::FormWriter form;
    if (!options.empty()) form.field("options", options);
    form.file(part, file, "text/csv");
    auto request = Running::request(http::Method::post, "/data/datasets", token());
    request.headers.set("Content-Type", form.content_type());
    request.body = form.body().value();
    return service_.call(std::move(request));
  }
  contracts::DatasetVersion imported() {
    const Answer answer = upload(kSales);
    EXPECT_EQ(answer.status, 201) << answer.body;
    return json::decode<contracts::DatasetVersion>(answer.body).value();
  }
  Answer get(const Hash& version, const std::string& part, const std::string& tenant = "acme") {
    return service_.get("/data/versions/" + version.text() + part, token(tenant));
  }
  Answer add(const Hash& parent, const dataset::Table& table, const std::string& tenant = "acme") {
    auto request = Running::request(
        http::Method::post, "/data/versions?parent=" + parent.text() + "&note=location%20of%20x", token(tenant));
    request.headers.set("Content-Type", "application/vnd.apache.arrow.file");
    request.body = storage::write_arrow(table, {}).value();
    return service_.call(std::move(request));
  }
  [[nodiscard]] std::size_t files_in(const std::string& name) const {
    const auto folder = folder_.path() / "services" / "data_processing" / name;
    if (!std::filesystem::exists(folder)) return 0;
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
      count += entry.is_regular_file() ? 1 : 0;
    return count;
  }

  using Running = testing::RunningService<DataProcessing>;
  testing::PrivateRedis redis_;
  testing::TemporaryFolder folder_;
  Running service_;
};

TEST_F(DataProcessingTest, AFileBecomesAVersion) {
  const Answer answer = upload(kSales);
  ASSERT_EQ(answer.status, 201) << answer.body;
  const auto version = json::decode<contracts::DatasetVersion>(answer.body).value();
  EXPECT_EQ(answer.header("Location"), "/data/versions/" + version.version.text());
  EXPECT_EQ(version.rows, 3);
  EXPECT_EQ(version.note, "import");
  EXPECT_EQ(version.columns.at(0).unit, "m2");
  EXPECT_EQ(version.source->file_name, "upload.csv");
  EXPECT_EQ(version.source->sha256, sha256(kSales));
  EXPECT_EQ(version.source->delimiter, ",");
  EXPECT_EQ(get(version.version, "").body, answer.body);
  EXPECT_EQ(files_in("incoming"), 0u);
  EXPECT_EQ(upload(kSales).body, answer.body) << "the same file is the same version";
  EXPECT_EQ(files_in("objects"), 1u);
}

TEST_F(DataProcessingTest, ItsArrowFileHasItsHash) {
  const auto version = imported();
  const Answer arrow = get(version.version, "/arrow");
  EXPECT_EQ(arrow.status, 200);
  EXPECT_EQ(arrow.header("Content-Type"), "application/vnd.apache.arrow.file");
  EXPECT_EQ(sha256(arrow.body), version.version);
  const auto stored = storage::read_arrow(arrow.body);
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->metadata.at("valion.name"), "sales");
  EXPECT_EQ(stored->table.find("price")->numbers(), (dataset::NumberValues{100, 120, 140}));
}

TEST_F(DataProcessingTest, ItIsProfiled) {
  const Answer answer = get(imported().version, "/profile");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto profile = json::decode<contracts::Profile>(answer.body).value();
  EXPECT_EQ(profile.rows, 3);
  EXPECT_DOUBLE_EQ(*profile.columns.at(1).median, 120);
  EXPECT_EQ(profile.columns.at(2).alerts.at(0), "33 % are zero");
}

TEST_F(DataProcessingTest, CleaningMakesAChildWithALog) {
  const auto parent = imported();
  const std::string path = "/data/versions/" + parent.version.text() + "/clean";
  const Answer answer = service_.post(
      path, token(), R"({"rules":[{"rule":"unknown_if","column":"depth","values":[0],"reason":"not recorded"}]})");
  ASSERT_EQ(answer.status, 201) << answer.body;
  const auto report = json::decode<contracts::CleaningReport>(answer.body).value();
  EXPECT_EQ(*report.version.parent, parent.version);
  EXPECT_EQ(report.version.source->sha256, parent.source->sha256);
  EXPECT_EQ(report.version.columns.at(2).missing, 1);
  EXPECT_EQ(report.steps.at(0).description, "depth = 0 means not known: not recorded");
  EXPECT_EQ(get(report.version.version, "/cleaning").body, answer.body);
}

TEST_F(DataProcessingTest, RulesThatDoNotFitAreViolationsByPointer) {
  const std::string path = "/data/versions/" + imported().version.text() + "/clean";
  const Answer answer = service_.post(
      path, token(),
      R"({"rules":[{"rule":"unknown_if","column":"dept","values":[0]},{"rule":"drop_columns","columns":["price"]}]})");
  EXPECT_EQ(answer.status, 422);
  EXPECT_THAT(answer.body, HasSubstr("\"/rules/0/column\""));
  EXPECT_THAT(answer.body, HasSubstr("\"/rules/1/columns/0\""));
  EXPECT_EQ(files_in("objects"), 1u);
}

TEST_F(DataProcessingTest, AnotherServiceAddsColumnsForTheOwner) {
  const auto parent = imported();
  auto table = storage::read_arrow(get(parent.version, "/arrow").body).value().table;
  ASSERT_TRUE(dataset::add_column(table, dataset::Column{"distance", "m", dataset::NumberValues{1, 2, 3}}));
  EXPECT_EQ(add(parent.version, table, "globex").status, 404);
  const Answer answer = add(parent.version, table);
  ASSERT_EQ(answer.status, 201) << answer.body;
  const auto child = json::decode<contracts::DatasetVersion>(answer.body).value();
  EXPECT_EQ(child.note, "location of x");
  EXPECT_EQ(*child.parent, parent.version);
  EXPECT_EQ(child.columns.size(), 4u);
  EXPECT_EQ(child.columns.at(3).unit, "m");
  std::get<dataset::NumberValues>(table.columns[1].values)[2] = 999;
  const Answer altered = add(parent.version, table);
  EXPECT_EQ(altered.status, 422);
  EXPECT_THAT(altered.body, HasSubstr("another value than in the parent"));
  EXPECT_EQ(add(parent.version, table.select({0, 1})).status, 422);
}

TEST_F(DataProcessingTest, AnotherTenantSeesNothing) {
  const auto version = imported();
  for (const char* part : {"", "/profile", "/cleaning", "/arrow"})
    EXPECT_EQ(get(version.version, part, "globex").status, 404) << part;
  const Answer answer =
      service_.post("/data/versions/" + version.version.text() + "/clean", token("globex"), R"({"rules":[]})");
  EXPECT_EQ(answer.status, 404);
}

TEST_F(DataProcessingTest, WhatIsRefusedLeavesNothing) {
  const auto expect_refused = [&](const Answer& answer, int status, const std::string& words) {
    EXPECT_EQ(answer.status, status) << answer.body;
    EXPECT_THAT(answer.header("Content-Type"), StartsWith("application/problem+json"));
    EXPECT_THAT(answer.body, HasSubstr(words));
  };
  expect_refused(upload(std::string("\x7F"
                                    "ELF\0\0",
                                    6)),
                 400, "not CSV");
  expect_refused(upload(""), 422, "empty");
  expect_refused(upload("area,price\n"), 422, "no rows");
  expect_refused(upload("area,value\n1,2\n"), 422, "/target");
  expect_refused(upload("area,price\n1,2\n2,much\n3\n"), 422, "\"errors_total\":2");
  expect_refused(upload(kSales, ""), 422, "/options");
  expect_refused(upload(kSales, "{\"name\":"), 400, "JSON");
  expect_refused(upload(kSales, R"({"name":"","target":"price","colour":1})"), 422, "/colour");
  expect_refused(upload(kSales, kOptions, "photo"), 400, "`file`");
  expect_refused(upload("a,b\n" + std::string(150'000, '1')), 413, "limit");
  expect_refused(service_.post("/data/datasets", token(), "{}"), 415, "multipart/form-data");
  EXPECT_EQ(files_in("incoming"), 0u);
  EXPECT_EQ(files_in("objects"), 0u);
  EXPECT_EQ(upload(kSales).status, 201);
}

TEST_F(DataProcessingTest, AnotherServiceFetchesAVersionAndOnlyItsOwnersMay) {
  testing::RunningService<Consumer> consumer(settings());
  ASSERT_GT(consumer.port(), 0) << consumer.said();
  const auto version = imported();
  const std::string path = "/rows/" + version.version.text();
  ASSERT_TRUE(testing::eventually([&] { return consumer.get(path, token()).status != 503; }))
      << "the registry shows it within a heartbeat";
  EXPECT_EQ(consumer.get(path, token()).body, "3");
  const auto cached = folder_.path() / "cache" / "datasets" / (version.version.text() + ".arrow");
  EXPECT_TRUE(std::filesystem::exists(cached));
  EXPECT_EQ(consumer.get(path, token("globex")).status, 404) << "although it is in the cache";
  std::ofstream(cached, std::ios::binary) << "damaged";
  EXPECT_EQ(consumer.get(path, token()).body, "3") << "a damaged copy is fetched again";
  EXPECT_EQ(sha256_of_file(cached).value(), version.version);

  auto request = testing::RunningService<Consumer>::request(http::Method::post, "/jobs" + path, token());
  request.headers.set("Prefer", "wait=10");
  const Answer job = consumer.call(std::move(request));
  EXPECT_EQ(job.status, 200) << job.body;
  EXPECT_THAT(job.body, HasSubstr("\"result\":3"));
}

TEST(Descent, ComparesTextsByTheirMeaning) {
  dataset::Table parent;
  parent.columns = {dataset::Column{"wall", "", dataset::TextValues{{0, 1, -1}, {"brick", "wood"}}}};
  parent.row_numbers = {1, 2, 3};
  dataset::Table child = parent;
  child.columns[0].values = dataset::TextValues{{1, 0, -1}, {"wood", "brick"}};
  EXPECT_TRUE(data::check_descent(parent, child));
  child.columns[0].values = dataset::TextValues{{1, 0, 0}, {"wood", "brick"}};
  EXPECT_FALSE(data::check_descent(parent, child));
}

}  // namespace
}  // namespace valion

// The service as others meet it: over HTTP, as a process, beside processes that keep valuations, models and data sets.
#include "services/reporting_service/reporting_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contracts/platform.hpp"
#include "contracts/reports.hpp"
#include "platform/json/described.hpp"
#include "platform/service/running_service.hpp"
#include "services/reporting_service/report_example.hpp"

namespace valion {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using testing::eventually;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const reporting::ReportSources& example() {
  static const auto sources = reporting::testing::sources_of({.test_sales = 80});
  return sources;
}

// Answers with one document each, as the contracts of ml_service and data_processing say; not to «stranger».
template <class Service>
class Keeper : public BaseService {
 public:
  [[nodiscard]] std::string_view name() const override { return Service::kName; }
  void routes(http::Router& router) override {
    for (auto& [path, body] : Service::documents()) {
      router.add(http::Method::get, path, [text = body](http::Request& request) { return show(request, text); });
    }
  }

 private:
  static Async<Result<http::Response>> show(http::Request& request, std::string text) {
    if (request.principal->tenant == "stranger") co_return fail(ErrorKind::not_found, "no such thing");
    co_return http::json_response(200, std::move(text));
  }
};

using Documents = std::vector<std::pair<std::string, std::string>>;

class ModelKeeper final : public Keeper<ModelKeeper> {
 public:
  static constexpr std::string_view kName = "ml_service";
  static Documents documents() {
    const std::string model = "/ml/models/" + example().model.model.text();
    return {{"/ml/valuations/" + example().valuation.valuation.text(), json::encode(example().valuation)},
            {model, json::encode(example().model)},
            {model + "/evaluation", json::encode(example().evaluation)}};
  }
};

class DataKeeper final : public Keeper<DataKeeper> {
 public:
  static constexpr std::string_view kName = "data_processing";
  static Documents documents() {
    Documents all;
    for (const auto& version : example().history) {
      all.emplace_back("/data/versions/" + version.version.text(), json::encode(version));
      all.emplace_back("/data/versions/" + version.version.text() + "/cleaning",
                       json::encode(example().cleaning.front()));
    }
    return all;
  }
};

class ReportingServiceOverHttp : public ::testing::Test {
 protected:
  [[nodiscard]] Settings settings() const {
    return testing::settings_for(folder_.path(), redis_.url(), {"data_processing", "ml_service", "reporting_service"});
  }
  [[nodiscard]] std::string token_of(const std::string& tenant) const {
    return testing::internal_token(folder_.path(), tenant);
  }
  static contracts::ReportRequest request() { return reporting::testing::request_of(example()); }
  // The job of a report, ended. Tries again while the keepers are not yet known to the registry.
  contracts::JobView job_of(const contracts::ReportRequest& asked, const std::string& tenant = "acme") {
    contracts::JobView job;
    EXPECT_TRUE(eventually([&] {
      const Answer accepted = service_.post("/reports", token_of(tenant), json::encode(asked));
      EXPECT_EQ(accepted.status, 202) << accepted.body;
      EXPECT_TRUE(eventually([&] {
        job =
            json::decode<contracts::JobView>(service_.get(accepted.header("Location"), token_of(tenant)).body).value();
        return job.state == "succeeded" || job.state == "failed";
      }));
      return job.state == "succeeded" || job.error->kind != "unavailable";
    }));
    return job;
  }
  contracts::ReportRecord made(const contracts::ReportRequest& asked) {
    const auto job = job_of(asked);
    EXPECT_EQ(job.state, "succeeded") << (job.error ? job.error->message : "");
    return json::decode<contracts::ReportRecord>(job.result.value_or(json::Raw{}).text).value();
  }

  testing::TemporaryFolder folder_;
  testing::PrivateRedis redis_;
  testing::RunningService<ModelKeeper> models_{settings()};
  testing::RunningService<DataKeeper> data_{settings()};
  testing::RunningService<ReportingService> service_{settings()};
};

TEST_F(ReportingServiceOverHttp, MakesBothDocumentsAndKeepsThemForTheirTenant) {
  const auto record = made(request());
  const std::string path = "/reports/" + record.report.text();
  ASSERT_EQ(record.artifacts.size(), 2u);
  EXPECT_EQ(service_.get(path, token_of("acme")).body, json::encode(record));
  for (const auto& artifact : record.artifacts) {
    EXPECT_EQ(artifact.path, "/api/v1" + path + "/" + artifact.format);
    const Answer file = service_.get(path + "/" + artifact.format, token_of("acme"));
    EXPECT_EQ(file.status, 200);
    EXPECT_EQ(sha256(file.body), artifact.sha256);
    EXPECT_EQ(static_cast<std::int64_t>(file.body.size()), artifact.bytes);
    EXPECT_EQ(file.header("ETag"), "\"" + artifact.sha256.text() + "\"");
    EXPECT_THAT(file.body, StartsWith(artifact.format == "pdf" ? "%PDF-" : "PK"));
    EXPECT_EQ(service_.get(path + "/" + artifact.format, token_of("other")).status, 404);
  }
  EXPECT_EQ(service_.get(path + "/pdf", token_of("acme")).header("Content-Type"), "application/pdf");
  EXPECT_EQ(service_.get(path, token_of("other")).status, 404);
  EXPECT_EQ(json::encode(made(request())), json::encode(record)) << "the same question has the same, immutable answer";
}

TEST_F(ReportingServiceOverHttp, MakesOnlyWhatIsAsked) {
  auto asked = request();
  asked.formats = {"pdf"};
  const auto record = made(asked);
  EXPECT_EQ(record.artifacts.size(), 1u);
  const Answer missing = service_.get("/reports/" + record.report.text() + "/xlsx", token_of("acme"));
  EXPECT_EQ(missing.status, 404);
  EXPECT_THAT(missing.body, HasSubstr("was made without xlsx"));
  EXPECT_NE(record.report, made(request()).report);
}

TEST_F(ReportingServiceOverHttp, RefusesABadRequestWithEveryViolation) {
  auto asked = request();
  asked.title = "  ";
  asked.language = "fr";
  asked.formats = {"pdf", "docx", "pdf"};
  asked.client = std::string(301, 'x');
  const Answer refused = service_.post("/reports", token_of("acme"), json::encode(asked));
  EXPECT_EQ(refused.status, 422);
  for (const char* pointer : {"/title", "/language", "/formats/1", "/formats/2", "/client"}) {
    EXPECT_THAT(refused.body, HasSubstr(std::string("\"") + pointer + "\""));
  }
  EXPECT_EQ(service_.post("/reports", token_of("acme"), R"({"valuation":"../x","title":3})").status, 422);
  EXPECT_EQ(service_.post("/reports", token_of("acme"), "{").status, 400);
  EXPECT_EQ(service_.post("/reports", {}, json::encode(request())).status, 401);
  EXPECT_EQ(service_.get("/reports/" + sha256("none").text(), token_of("acme")).status, 404);
}

TEST_F(ReportingServiceOverHttp, AJobWithoutItsValuationSaysSo) {
  made(request());
  auto asked = request();
  asked.valuation = sha256("something else");
  const auto missing = job_of(asked);
  EXPECT_EQ(missing.state, "failed");
  EXPECT_EQ(missing.error->kind, "not_found");
  EXPECT_EQ(job_of(request(), "stranger").error->kind, "not_found");
}

TEST(ReportSources, ThatDoNotBelongTogetherAreRefused) {
  const auto accepted = [](auto change) {
    auto sources = example();
    change(sources);
    return reporting::facts_of(reporting::testing::request_of(example()), Hash(), sources).has_value();
  };
  EXPECT_TRUE(accepted([](auto&) {}));
  EXPECT_FALSE(accepted([](auto& sources) { sources.model.model = sha256("another"); }));
  EXPECT_FALSE(accepted([](auto& sources) { sources.evaluation.model = sha256("another"); }));
  EXPECT_FALSE(accepted([](auto& sources) { sources.history.pop_back(); }));
  EXPECT_FALSE(accepted([](auto& sources) { sources.evaluation.date.front() = "yesterday"; }));
  EXPECT_FALSE(accepted([](auto& sources) { sources.evaluation.price.pop_back(); }));
}

}  // namespace
}  // namespace valion

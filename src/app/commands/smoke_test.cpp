// `valion test`: is a running system able to work? The whole job on a small market through the gateway, as a stranger would do
// it: with a key of its own, which is revoked at the end, in a tenant of its own, so that nobody sees what it leaves. What it
// stores is named by its content and therefore stored once, however often it runs.
#include <fmt/format.h>
#include <boost/describe.hpp>

#include <cmath>
#include <fstream>
#include <functional>

#include "app/commands/commands.hpp"
#include "app/commands/signed_in.hpp"
#include "app/commands/smoke_market.hpp"
#include "app/study/main_job.hpp"
#include "contracts/accounts.hpp"
#include "contracts/study_requests.hpp"

namespace valion::app {
namespace {

constexpr const char* kTenant = "valion-test";
constexpr std::int64_t kKeyLifetime = 900;  // seconds, in case nobody is left to revoke it

struct CheckResult {
  std::string name;
  bool ok = false;
  double seconds = 0;
  std::string error;
};
BOOST_DESCRIBE_STRUCT(CheckResult, (), (name, ok, seconds, error))

struct SmokeResult {
  std::vector<CheckResult> checks;
  std::int64_t failed = 0;
};
BOOST_DESCRIBE_STRUCT(SmokeResult, (), (checks, failed))

// An API key for the time of the test.
class PassingKey {
 public:
  explicit PassingKey(ApiClient& admin) : admin_(admin) {}
  ~PassingKey() {
    if (id_.empty()) return;
    static_cast<void>(admin_.send(http::Method::delete_, "/api/v1/auth/keys/" + id_ + "?forget=true", "").has_value());
  }
  PassingKey(const PassingKey&) = delete;
  PassingKey& operator=(const PassingKey&) = delete;

  Result<void> create(ApiClient& user) {
    const contracts::NewTenant tenant{kTenant, "smoke tests"};
    const auto made_tenant = admin_.post("/api/v1/auth/tenants", json::encode(tenant));
    if (!made_tenant && made_tenant.error().kind != ErrorKind::conflict) return fail(made_tenant.error());
    const contracts::NewKey wanted{"smoke-test", {"appraiser"}, kTenant, kKeyLifetime};
    VALION_TRY_ASSIGN(const auto made, admin_.post_as<contracts::CreatedKey>("/api/v1/auth/keys", wanted));
    id_ = made.key.id;
    user.use_token(made.secret);
    return {};
  }

 private:
  ApiClient& admin_;
  std::string id_;
};

Result<void> expect(bool condition, const std::string& message) {
  if (condition) return {};
  return fail(ErrorKind::internal, message);
}

// What one check leaves for the next.
struct Smoke {
  ApiClient admin, user;
  StudyFile study;
  std::filesystem::path folder;
  Steps silent{nullptr};
  contracts::DatasetVersion imported, located;
  contracts::ModelRecord model;
  contracts::Valuation valuation;

  Result<void> refuses_strangers() {
    VALION_TRY_ASSIGN(const int without, user.status_of_get("/api/v1/ml/models", ""));
    VALION_TRY_ASSIGN(const int forged, user.status_of_get("/api/v1/ml/models", "e30.e30.e30"));
    return expect(without == 401 && forged == 401, fmt::format("expected 401 twice, got {} and {}", without, forged));
  }

  Result<void> imports() {
    VALION_TRY_ASSIGN(imported, import_file(user, study.data_file, import_options(study.study), silent));
    return expect(imported.rows == kSmokeSales, fmt::format("expected {} rows, got {}", kSmokeSales, imported.rows));
  }

  Result<void> profiles() {
    const std::string target = "/api/v1/data/versions/" + imported.version.text() + "/profile";
    VALION_TRY_ASSIGN(const auto profile, user.get_as<contracts::Profile>(target));
    for (const contracts::ColumnProfile& column : profile.columns) {
      if (column.name == "area") return expect(column.median == kSmokeMedianArea, "the median area is wrong");
    }
    return fail(ErrorKind::internal, "the profile has no column `area`");
  }

  Result<void> locates() {
    const auto request = enrichment_request(study.study, imported.version);
    VALION_TRY_ASSIGN(const auto result,
                      user.run_job<contracts::EnrichmentResult>("/api/v1/geospatial/enrichments", request,
                                                                [](double, const std::string&) {}));
    located = result.version;
    return expect(result.located == kSmokeSales && result.not_located == 0,
                  fmt::format("expected {} located, got {}", kSmokeSales, result.located));
  }

  Result<void> learns() {
    const auto request = training_request(study.study, located.version);
    VALION_TRY_ASSIGN(
        model, user.run_job<contracts::ModelRecord>("/api/v1/ml/models", request, [](double, const std::string&) {}));
    const double error = model.test.mdape;  // the prices were made within three percent of a line
    return expect(error > 0 && error < 0.05, fmt::format("half of the test errors should be below 5 %, not {}", error));
  }

  Result<void> values() {
    VALION_TRY_ASSIGN(valuation, value_subject(user, study.study, model.model, silent));
    const bool plausible = std::abs(valuation.value - 600'000) < 60'000;
    return expect(plausible && valuation.shap_additivity_error < 1e-6,
                  fmt::format("120 m² at 5,000 should be worth about 600,000, not {:.0f}", valuation.value));
  }

  Result<void> reports() {
    VALION_TRY_ASSIGN(const ReportFiles report,
                      make_report(user, report_request(study.study, valuation.valuation), folder, silent));
    for (const auto& file : report.files) {
      char mark[4] = {};
      std::ifstream(file, std::ios::binary).read(mark, sizeof mark);
      const std::string_view found(mark, sizeof mark);
      if (found != "%PDF" && !found.starts_with("PK"))
        return fail(ErrorKind::internal, file.string() + " is no report");
    }
    return expect(report.files.size() == 2, "expected a PDF and an XLSX");
  }

  Result<void> knows_services() {
    VALION_TRY_ASSIGN(const std::string text, user.get("/api/v1/registry/catalog/services"));
    for (const char* service : {"data_processing", "ml_service", "geospatial_service", "reporting_service"}) {
      if (text.find(service) == std::string::npos)
        return fail(ErrorKind::internal, std::string(service) + " is missing");
    }
    return {};
  }

  Result<void> keeps_tenants_apart() {
    const auto seen = admin.get("/api/v1/ml/models/" + model.model.text());
    return expect(!seen && seen.error().kind == ErrorKind::not_found, "another tenant sees the model");
  }
};

using Checks = std::vector<std::pair<std::string, std::function<Result<void>()>>>;

Checks checks_of(Smoke& smoke, PassingKey& key) {
  return {{"api_gateway refuses strangers", [&] { return smoke.refuses_strangers(); }},
          {"api_gateway gives out a key", [&] { return key.create(smoke.user); }},
          {"service_registry knows the services", [&] { return smoke.knows_services(); }},
          {"data_processing takes an upload", [&] { return smoke.imports(); }},
          {"data_processing profiles it", [&] { return smoke.profiles(); }},
          {"geospatial_service locates, as a job", [&] { return smoke.locates(); }},
          {"ml_service learns, as a job", [&] { return smoke.learns(); }},
          {"ml_service values and explains", [&] { return smoke.values(); }},
          {"reporting_service writes a report", [&] { return smoke.reports(); }},
          {"tenants see their own only", [&] { return smoke.keeps_tenants_apart(); }}};
}

SmokeResult run_checks(Smoke& smoke, Steps& steps) {
  PassingKey key(smoke.admin);
  SmokeResult result;
  bool going = true;
  for (const auto& [name, check] : checks_of(smoke, key)) {
    steps.begin(name, name);
    const Result<void> outcome = going ? check() : fail(ErrorKind::cancelled, "needs what failed above");
    going = outcome.has_value();
    if (outcome) {
      steps.end("");
    } else {
      steps.failed(outcome.error().message);
      ++result.failed;
    }
    const double seconds = steps.times().empty() || !outcome ? 0 : steps.times().back().seconds;
    result.checks.push_back({name, outcome.has_value(), seconds, outcome ? "" : outcome.error().message});
  }
  return result;
}

}  // namespace

int smoke_test(const Settings& settings, const GatewayOptions& gateway) {
  const SmokeMarket market;
  auto study = read_study(market.study());
  if (!study) return complain(study.error());
  auto admin = signed_in(settings, gateway);
  if (!admin) return complain(admin.error());
  auto user = ApiClient::create(gateway_url(settings, gateway.url));
  if (!user) return complain(user.error());
  Smoke smoke{.admin = std::move(*admin),
              .user = std::move(*user),
              .study = std::move(*study),
              .folder = market.folder(),
              .imported = {},
              .located = {},
              .model = {},
              .valuation = {}};
  Steps steps(gateway.json ? nullptr : stdout);
  const SmokeResult result = run_checks(smoke, steps);
  if (gateway.json) {
    fmt::print("{}\n", json::encode(result));
  } else {
    fmt::print("{} of {} checks passed\n", result.checks.size() - static_cast<std::size_t>(result.failed),
               result.checks.size());
  }
  return result.failed == 0 ? 0 : 1;
}

}  // namespace valion::app

// `valion test`: is a running system able to work? A few real requests through the gateway, each with a known answer.
#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "app/commands/commands.hpp"
#include "app/commands/signed_in.hpp"
#include "contracts/data.hpp"

namespace valion::app {
namespace {

constexpr int kRows = 40;

// A small market whose answers are known: price = 1000 × area.
class SmallMarket {
 public:
  SmallMarket() : path_(std::filesystem::temp_directory_path() / fmt::format("valion-smoke-{}.csv", getpid())) {
    std::ofstream file(path_);
    file << "area;price\n";
    for (int row = 1; row <= kRows; ++row) file << 50 + row << ';' << 1000 * (50 + row) << '\n';
  }
  ~SmallMarket() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  SmallMarket(const SmallMarket&) = delete;
  SmallMarket& operator=(const SmallMarket&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

Result<void> expect(bool condition, const std::string& message) {
  if (condition) return {};
  return fail(ErrorKind::internal, message);
}

Result<void> refuses_strangers(ApiClient& api) {
  VALION_TRY_ASSIGN(const int without, api.status_of_get("/api/v1/ml/models", ""));
  VALION_TRY_ASSIGN(const int forged, api.status_of_get("/api/v1/ml/models", "e30.e30.e30"));
  return expect(without == 401 && forged == 401, fmt::format("expected 401 twice, got {} and {}", without, forged));
}

Result<void> imports_a_table(ApiClient& api, const SmallMarket& market, Hash& version) {
  http::FormWriter form;
  form.field("options", json::encode(contracts::ImportOptions{"smoke test", "price", {}}));
  form.file("file", market.path(), "text/csv");
  VALION_TRY_ASSIGN(const std::string text, api.upload("/api/v1/data/datasets", form));
  VALION_TRY_ASSIGN(const auto imported, json::decode<contracts::DatasetVersion>(text, json::Unknown::ignored));
  version = imported.version;
  return expect(imported.rows == kRows, fmt::format("expected {} rows, got {}", kRows, imported.rows));
}

Result<void> profiles_it(ApiClient& api, const Hash& version) {
  VALION_TRY_ASSIGN(const auto profile,
                    api.get_as<contracts::Profile>("/api/v1/data/versions/" + version.text() + "/profile"));
  for (const contracts::ColumnProfile& column : profile.columns) {
    if (column.name == "area") return expect(column.median == 70.5, "the median area is not 70.5");
  }
  return fail(ErrorKind::internal, "the profile has no column `area`");
}

Result<void> answers(ApiClient& api, const std::string& target) {
  VALION_TRY_ASSIGN(const std::string text, api.get(target));
  return expect(!text.empty(), target + " is empty");
}

Result<void> misses_politely(ApiClient& api, const std::string& target) {
  const auto missing = api.get(target);
  return expect(!missing && missing.error().kind == ErrorKind::not_found, target + " should be 404");
}

}  // namespace

int smoke_test(const Settings& settings, const GatewayOptions& gateway) {
  auto api = signed_in(settings, gateway);
  if (!api) return complain(api.error());
  const SmallMarket market;
  const std::string nobody(64, '0');
  Hash version;
  const std::vector<std::pair<std::string, std::function<Result<void>()>>> checks{
      {"gateway refuses strangers", [&] { return refuses_strangers(*api); }},
      {"data_processing imports a table", [&] { return imports_a_table(*api, market, version); }},
      {"data_processing profiles it", [&] { return profiles_it(*api, version); }},
      {"ml_service lists models", [&] { return answers(*api, "/api/v1/ml/models"); }},
      {"ml_service knows what it does not have", [&] { return misses_politely(*api, "/api/v1/ml/models/" + nobody); }},
      {"geospatial_service answers", [&] { return misses_politely(*api, "/api/v1/geospatial/nothing-here"); }},
      {"reporting_service answers", [&] { return misses_politely(*api, "/api/v1/reports/" + nobody); }},
      {"service_registry lists services", [&] { return answers(*api, "/api/v1/registry/catalog/services"); }},
  };
  int failures = 0;
  for (const auto& [name, check] : checks) {
    const Result<void> outcome = check();
    fmt::print("{} {}\n", outcome ? "ok    " : "FAILED", name);
    if (!outcome) failures += complain(outcome.error());
  }
  fmt::print("{} of {} checks passed\n", checks.size() - static_cast<std::size_t>(failures), checks.size());
  return failures == 0 ? 0 : 1;
}

}  // namespace valion::app

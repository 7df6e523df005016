#include "services/ml_service/model_metrics.hpp"

#include <optional>
#include <sstream>
#include <utility>

#include "contracts/ml.hpp"
#include "platform/json/described.hpp"

namespace valion::ml {
namespace {

constexpr std::size_t kDigitsShown = 12;

using Values = std::vector<std::pair<metrics::Labels, double>>;

// Seconds since 1970 of `2026-11-24T08:26:40.123Z`; the milliseconds do not matter here.
std::optional<double> seconds_of(const std::string& timestamp) {
  const auto day = Date::parse(timestamp.substr(0, 10));
  if (!day || timestamp.size() < 19) return std::nullopt;
  int hours = 0, minutes = 0, seconds = 0;
  char colon = ':';
  std::istringstream clock(timestamp.substr(11, 8));
  if (!(clock >> hours >> colon >> minutes >> colon >> seconds)) return std::nullopt;
  return day->days() * 86'400.0 + hours * 3'600.0 + minutes * 60.0 + seconds;
}

}  // namespace

void show_models(metrics::Registry& registry, const std::vector<std::string>& records) {
  Values mdape, ppe10, cod, coverage80, sales, created;
  for (const std::string& text : records) {
    const auto record = json::decode<contracts::ModelRecord>(text, json::Unknown::ignored);
    if (!record) continue;
    const metrics::Labels labels{{"model", record->model.text().substr(0, kDigitsShown)},
                                 {"champion", record->champion}};
    mdape.emplace_back(labels, record->test.mdape);
    ppe10.emplace_back(labels, record->test.ppe10);
    cod.emplace_back(labels, record->test.cod / 100);
    if (record->test.coverage80) coverage80.emplace_back(labels, *record->test.coverage80);
    sales.emplace_back(labels, static_cast<double>(record->n_test));
    if (const auto moment = seconds_of(record->created_at)) created.emplace_back(labels, *moment);
  }
  registry.replace_gauges("model_mdape_ratio", "Median absolute error on test sales, as a share of the price", mdape);
  registry.replace_gauges("model_ppe10_ratio", "Share of test sales estimated within 10 % of the price", ppe10);
  registry.replace_gauges("model_cod_ratio", "Coefficient of dispersion of the ratios on test sales (1 is 100 %)", cod);
  registry.replace_gauges("model_coverage80_ratio", "Share of test sales inside their 80 % interval", coverage80);
  registry.replace_gauges("model_test_sales", "Sales in the test", sales);
  registry.replace_gauges("model_created_timestamp_seconds", "When the model was made, seconds since 1970", created);
}

}  // namespace valion::ml

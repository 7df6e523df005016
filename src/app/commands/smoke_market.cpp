#include "app/commands/smoke_market.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

namespace valion::app {
namespace {

constexpr const char* kStudy = R"({
  "name": "Smoke test",
  "data": {"file": "sales.csv", "target": "price", "date": "date", "currency": "BRL", "area_unit": "m2",
           "columns": [{"name": "price", "type": "number", "unit": "BRL", "required": true}], "identifier": "id"},
  "location": {"crs": "EPSG:4326", "x": "longitude", "y": "latitude",
               "centre": {"name": "Centre", "longitude": -51.22, "latitude": -30.03}, "neighbours": [5]},
  "split": {"calibration_from": "2020-01-01", "train_to": "2021-12-31", "test_from": "2022-01-01"},
  "model": {"features": [{"column": "area", "transform": "log"}, {"column": "rooms"}], "models": ["ols"], "folds": 2},
  "valuation": {"label": "A house", "date": "2023-12-31",
                "subject": {"area": 120, "rooms": 4, "longitude": -51.221, "latitude": -30.031}},
  "report": {"title": "Smoke test"}
})";

// Twelve years, 2012 to 2023; the price is 5,000 a square metre, give or take three percent that nobody could foresee.
std::string sales() {
  std::string csv = "id,date,area,rooms,longitude,latitude,price\n";
  for (int sale = 0; sale < kSmokeSales; ++sale) {
    const int area = 20 + (sale * 37) % kSmokeSales;  // each of 20 … 259 once
    const double price = 5000.0 * area * (0.97 + (sale * 7919 % 61) * 0.001);
    csv += fmt::format("s{},{}-{:02}-15,{},{},{:.4f},{:.4f},{:.0f}\n", sale, 2012 + sale % 12, 1 + sale % 12, area,
                       1 + (sale * 5) % 6, -51.23 + (sale * 17 % 100) * 2e-4, -30.04 + (sale * 29 % 100) * 2e-4, price);
  }
  return csv;
}

}  // namespace

SmokeMarket::SmokeMarket()
    : folder_(std::filesystem::temp_directory_path() / fmt::format("valion-smoke-{}", getpid())) {
  std::filesystem::create_directories(folder_);
  std::ofstream(folder_ / "sales.csv") << sales();
  std::ofstream(study()) << kStudy;
}

SmokeMarket::~SmokeMarket() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace valion::app

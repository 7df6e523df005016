// A market of 1,200 sales that a whole system imports, learns, values and reports in a few seconds.
#pragma once

#include <cstdio>
#include <filesystem>
#include <string>

#include "functional/running_system.hpp"

namespace valion::functional {

inline std::string small_market_sales() {
  std::string csv = "id,date,area,rooms,longitude,latitude,price\n";
  for (int sale = 0; sale < 1200; ++sale) {
    const int area = 40 + (sale * 37) % 200;
    const int rooms = 1 + (sale * 5) % 6;
    const double longitude = -93.6 + (sale * 17 % 100) * 1e-4;
    const double latitude = 42.0 + (sale * 29 % 100) * 1e-4;
    const double price = area * (900 + (sale * 7919) % 300) + rooms * 2500 + (longitude + 93.6) * 1e6;
    char line[160];
    std::snprintf(line, sizeof line, "s%d,%d-%02d-15,%d,%d,%.4f,%.4f,%.0f\n", sale, 2010 + sale % 10, 1 + sale % 12,
                  area, rooms, longitude, latitude, price);
    csv += line;
  }
  return csv;
}

// Writes the sales and a study of them into `folder`; the study's file.
inline std::filesystem::path write_small_study(const TemporaryFolder& folder) {
  folder.write("sales.csv", small_market_sales());
  return folder.write("study.json", R"({
    "name": "A small market",
    "data": {"file": "sales.csv", "target": "price", "date": "date", "currency": "USD", "area_unit": "m2",
             "columns": [{"name": "price", "type": "number", "unit": "USD", "required": true}], "identifier": "id"},
    "location": {"crs": "EPSG:4326", "x": "longitude", "y": "latitude",
                 "centre": {"name": "Centre", "longitude": -93.595, "latitude": 42.005}, "neighbours": [5]},
    "split": {"calibration_from": "2016-01-01", "train_to": "2017-12-31", "test_from": "2018-01-01"},
    "model": {"features": [{"column": "area", "transform": "log"}, {"column": "rooms"}],
              "models": ["ols", "elastic_net"], "folds": 2},
    "valuation": {"label": "A house", "date": "2019-12-31",
                  "subject": {"area": 120, "rooms": 4, "longitude": -93.596, "latitude": 42.004}},
    "report": {"title": "Valuation of a house"}
  })");
}

}  // namespace valion::functional

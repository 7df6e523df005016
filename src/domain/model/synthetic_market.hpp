// A small market with known rules, for tests: log price = 7 + 0.8 log(area) - 0.004 age + quality of the finish + level of
// the place + 0.05 per year + noise.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "domain/dataset/table.hpp"
#include "domain/model/model_spec.hpp"
#include "domain/stats/random.hpp"

namespace valion::model::testing {

inline constexpr double kMarketTrend = 0.05;

struct MarketOptions {
  std::size_t sales = 900;
  double noise = 0.10;  // standard deviation, log scale
  std::uint64_t seed = 7;
};

inline double normal(stats::Random& random) {
  const double u = 1 - random.uniform(), v = random.uniform();
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
}

// Sales from 1993-01-01 to 1998-12-31 with columns id, price, area, age, finish, lot (a tenth missing), sale_date, longitude,
// latitude, assessed (80 % of the price).
inline dataset::Table make_market(const MarketOptions& options = {}) {
  stats::Random random(options.seed);
  dataset::NumberValues id, price, area, age, lot, longitude, latitude, assessed;
  dataset::TextValues finish{{}, {"plain", "good", "fine"}};
  dataset::DateValues date;
  dataset::Table table;
  const std::int32_t first = Date::from_parts(1993, 1, 1)->days();
  for (std::size_t i = 0; i < options.sales; ++i) {
    area.push_back(60 + 200 * random.uniform());
    age.push_back(std::floor(80 * random.uniform()));
    finish.codes.push_back(static_cast<std::int32_t>(random.below(3)));
    lot.push_back(random.uniform() < 0.1 ? std::numeric_limits<double>::quiet_NaN() : 200 + 800 * random.uniform());
    longitude.push_back(-83.6 + 0.2 * random.uniform());
    latitude.push_back(41.6 + 0.15 * random.uniform());
    date.days.push_back(first + static_cast<std::int32_t>(random.below(2190)));
    const double years = (date.days.back() - first) / 365.2425;
    const double log_price = 7 + 0.8 * std::log(area.back()) - 0.004 * age.back() + 0.12 * finish.codes.back() +
                             2.5 * (longitude.back() + 83.6) + kMarketTrend * years + options.noise * normal(random);
    price.push_back(std::round(std::exp(log_price)));
    assessed.push_back(std::round(0.8 * price.back()));
    id.push_back(static_cast<double>(1000 + i));
    table.row_numbers.push_back(static_cast<std::int64_t>(i + 1));
  }
  const auto add = [&](const char* name, auto values) { table.columns.push_back({name, "", std::move(values)}); };
  add("id", id);
  add("price", price);
  add("area", area);
  add("age", age);
  add("finish", finish);
  add("lot", lot);
  add("sale_date", date);
  add("longitude", longitude);
  add("latitude", latitude);
  add("assessed", assessed);
  return table;
}

// 1997 calibrates, 1998 tests.
inline ModelSpec make_spec(std::vector<std::string> models = {"ols", "elastic_net"}) {
  ModelSpec spec;
  spec.target = "price";
  spec.features = {
      {"area", Transform::log}, {"age", Transform::none}, {"finish", Transform::none}, {"lot", Transform::sqrt}};
  spec.location = LocationChoice{"longitude", "latitude", {5, 15}};
  spec.split = {"sale_date", *Date::parse("1997-01-01"), *Date::parse("1997-12-31"), *Date::parse("1998-01-01"),
                1000.0};
  spec.models = std::move(models);
  spec.benchmark = "assessed";
  spec.identifier = "id";
  spec.folds = 3;
  return spec;
}

}  // namespace valion::model::testing

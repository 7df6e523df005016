// How fast a request of the size that clients send is read and written. The answer is checked before it is timed.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "platform/json/described.hpp"

namespace valion::json {

struct BenchHouse {
  std::string address;
  double price = 0, area = 0, longitude = 0, latitude = 0;
  std::int64_t rooms = 0;
  std::optional<Date> sold;
  Attributes more;
};
BOOST_DESCRIBE_STRUCT(BenchHouse, (), (address, price, area, longitude, latitude, rooms, sold, more))

namespace {

std::vector<BenchHouse> houses() {
  BenchHouse house{"2045 Collingwood Blvd",   83127.5, 1234.25, -83.5379123, 41.6528456, 6,
                   Date::parse("1998-10-31"), {}};
  house.more = {{"garage", std::string("attached")}, {"age", 71.25}, {"corner", true}};
  return std::vector<BenchHouse>(10, house);
}

void read_request(benchmark::State& state) {
  const std::string text = encode(houses());
  if (encode(decode<std::vector<BenchHouse>>(text).value()) != text) std::abort();
  for (auto _ : state) benchmark::DoNotOptimize(decode<std::vector<BenchHouse>>(text));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(read_request);

void write_answer(benchmark::State& state) {
  const auto value = houses();
  std::size_t bytes = 0;
  for (auto _ : state) bytes += encode(value).size();
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(write_answer);

}  // namespace
}  // namespace valion::json

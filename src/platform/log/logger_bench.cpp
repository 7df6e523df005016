// What a request's line costs: the masking alone, the line, and the line in its file.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>

#include "platform/log/json_line.hpp"
#include "platform/log/logger.hpp"
#include "platform/log/masking.hpp"

namespace valion::log {
namespace {

const std::string kPath = "/ml/models/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08/valuations";

Fields fields_of_a_request() {
  return {{"method", std::string("POST")},
          {"route", std::string("/ml/models/{model:hash}/valuations")},
          {"path", kPath},
          {"status", std::int64_t{201}},
          {"ms", 1.7342},
          {"request_id", std::string("5f1c2a8e9b7d4c30")},
          {"trace_id", std::string("4bf92f3577b34da6a3ce929d0e0e4736")},
          {"tenant", std::string("acme")},
          {"user_id", std::string("ana")},
          {"remote", std::string("127.0.0.1")},
          {"bytes", std::int64_t{5120}}};
}

void mask_a_path(benchmark::State& state) {
  std::string out;
  for (auto step : state) {
    out.clear();
    append_masked(out, kPath);
    if (out != kPath) state.SkipWithError("a hash was masked");
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kPath.size()));
}
BENCHMARK(mask_a_path);

void make_a_line(benchmark::State& state) {
  const Fields fields = fields_of_a_request();
  std::size_t bytes = 0;
  for (auto step : state) {
    bytes =
        json_line("2026-11-24T08:26:40.123Z", Level::info, {"ml_service", "ml_service-1f3a"}, "request", fields).size();
    benchmark::DoNotOptimize(bytes);
  }
  state.counters["bytes_per_line"] = static_cast<double>(bytes);
}
BENCHMARK(make_a_line);

void write_a_line(benchmark::State& state) {
  std::string name = (std::filesystem::temp_directory_path() / "valion-log-bench-XXXXXX").string();
  LogSettings settings;
  settings.file = std::filesystem::path(mkdtemp(name.data())) / "ml_service.log";
  settings.service_name = "ml_service";
  settings.instance = "ml_service-1f3a";
  {
    Logger logger(settings);
    const Fields fields = fields_of_a_request();
    for (auto step : state) logger.info("request", fields);
    if (logger.counts().lost > 0) state.SkipWithError("lines were lost");
  }
  std::filesystem::remove_all(settings.file.parent_path());
}
BENCHMARK(write_a_line);

}  // namespace
}  // namespace valion::log

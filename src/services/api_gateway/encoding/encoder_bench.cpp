// How fast an answer is encoded, and how small it becomes: one of 4 kB and one of 1 MB.
#include <benchmark/benchmark.h>

#include <string>

#include "services/api_gateway/encoding/encoder.hpp"

namespace valion::gateway::encoding {
namespace {

std::string document(std::size_t size) {
  std::string text = "[";
  for (std::size_t i = 0; text.size() < size; ++i) {
    text += R"({"id":"house-)" + std::to_string(i * 7'919 % 100'003) + R"(","price":)" +
            std::to_string(i * 104'729 % 900'000) + R"(,"living_area":)" + std::to_string(i * 31 % 300) + "},";
  }
  text.resize(size);
  return text;
}

void encode(benchmark::State& state, Encoding encoding) {
  const std::string plain = document(static_cast<std::size_t>(state.range(0)));
  std::string out;
  for (auto _ : state) {
    out.clear();
    Encoder encoder(encoding);
    if (!encoder.add(plain, out) || !encoder.finish(out)) return state.SkipWithError("not encoded");
  }
  if (out.empty() || out.size() >= plain.size()) return state.SkipWithError("it became no smaller");
  state.SetBytesProcessed(state.iterations() * state.range(0));
  state.counters["size"] = static_cast<double>(out.size()) / static_cast<double>(plain.size());
}
BENCHMARK_CAPTURE(encode, gzip, Encoding::gzip)->Arg(4'096)->Arg(1 << 20);
BENCHMARK_CAPTURE(encode, brotli, Encoding::brotli)->Arg(4'096)->Arg(1 << 20);

}  // namespace
}  // namespace valion::gateway::encoding

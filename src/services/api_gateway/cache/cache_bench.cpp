// What a hit costs: from a request's head to the pieces that are written. Every answer is checked.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "services/api_gateway/cache/world.hpp"

namespace valion::gateway::cache {
namespace {

Message browser_request(std::string target) {
  Message request;
  request.target = std::move(target);
  request.fields = {{"Host", "valion.example"},
                    {"User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"},
                    {"Accept", "application/json, text/plain, */*"},
                    {"Accept-Encoding", "gzip, deflate, br"},
                    {"Accept-Language", "pt-BR,pt;q=0.9,en;q=0.8"},
                    {"Authorization", "Bearer eyJhbGciOiJFZERTQSJ9.e30.c2ln"},
                    {"Referer", "http://valion.example/"},
                    {"Connection", "keep-alive"}};
  return request;
}

Message json_answer(bool varies) {
  Message answer;
  answer.fields = {{"Content-Type", "application/json"},
                   {"Cache-Control", "max-age=3600"},
                   {"ETag", "\"77a1\""},
                   {"Date", "Tue, 24 Nov 2026 08:40:00 GMT"}};
  if (varies) answer.fields.emplace_back("Vary", "Accept-Encoding");
  answer.body = std::string(1'024, 'x');
  return answer;
}

// The request's own bytes are warm, as they have just come from the socket; what the cache holds is not.
void hit(benchmark::State& state, bool varies, std::vector<std::pair<std::string, std::string>> more, int status) {
  World world;
  world.route.caches_authorised = true;
  const std::size_t keys = static_cast<std::size_t>(state.range(0));
  Message request = browser_request("/");
  std::vector<std::string> targets;
  for (std::size_t i = 0; i < keys; ++i) targets.push_back("/api/v1/geospatial/places/" + std::to_string(i));
  for (const std::string& target : targets) {
    request.target = target;
    world.send(request, {json_answer(varies)}, "Ash");
  }
  request.fields.insert(request.fields.end(), more.begin(), more.end());
  RequestHead head = request.request();
  std::size_t next = 0;
  for (auto _ : state) {
    head.target = head.path = targets[next];
    next = (next + 7'919) % keys;
    const Verdict verdict = world.cache->look({head, world.route, Partition::tenant("Ash"), "valion.example"});
    if (!verdict.hit || verdict.hit->status() != status) return state.SkipWithError("not a hit");
    benchmark::DoNotOptimize(verdict.hit->head().data());
    benchmark::DoNotOptimize(verdict.hit->fields().data());
    benchmark::DoNotOptimize(verdict.hit->body().data());
  }
}

BENCHMARK_CAPTURE(hit, plain, false, {}, 200)->Arg(1)->Arg(1'000)->Arg(10'000);
BENCHMARK_CAPTURE(hit, varies_by_encoding, true, {}, 200)->Arg(1)->Arg(10'000);
BENCHMARK_CAPTURE(hit, not_modified, false, {{"If-None-Match", "\"77a1\""}}, 304)->Arg(1'000);
BENCHMARK_CAPTURE(hit, one_range, false, {{"Range", "bytes=10-99"}}, 206)->Arg(1'000);

}  // namespace
}  // namespace valion::gateway::cache

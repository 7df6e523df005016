// What a request's head costs: to scan, to frame, to write anew; and what chunks cost to check. The heads are those
// that a browser sends to a proxy (eleven fields, about 420 bytes) and that a load generator sends (three, 60 bytes).
#include <benchmark/benchmark.h>

#include <string>

#include "services/api_gateway/message/chunks.hpp"
#include "services/api_gateway/message/crossing.hpp"
#include "services/api_gateway/message/exchange_ids.hpp"
#include "services/api_gateway/message/framing.hpp"
#include "services/api_gateway/message/scanner.hpp"

namespace valion::gateway {
namespace {

const std::string kBrowser =
    "GET /api/v1/data/datasets/9f86d081884c7d65/rows?limit=50&offset=100 HTTP/1.1\r\n"
    "Host: valuation.example.com\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101\r\n"
    "Accept: application/json, text/plain, */*\r\n"
    "Accept-Language: de,en-US;q=0.7,en;q=0.3\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Referer: https://valuation.example.com/app/\r\n"
    "Connection: keep-alive\r\n"
    "Sec-Fetch-Dest: empty\r\n"
    "Sec-Fetch-Mode: cors\r\n"
    "Cache-Control: no-cache\r\n\r\n";
const std::string kPlain = "GET /plain HTTP/1.1\r\nHost: localhost:8000\r\nAccept: */*\r\n\r\n";
const std::string kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5120\r\nETag: \"9f86d081884c7d65\"\r\n"
    "Date: Tue, 24 Nov 2026 08:26:40 GMT\r\nServer: valion\r\n\r\n";

void scan(benchmark::State& state, const std::string& bytes) {
  RequestScanner scanner{HeadLimits{}};
  RequestHead head;
  for (auto step : state) {
    const Scanned scanned = scanner.scan(bytes, head);
    if (scanned.consumed != bytes.size()) state.SkipWithError("the head was not read");
    benchmark::DoNotOptimize(head.fields.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK_CAPTURE(scan, browser, kBrowser);
BENCHMARK_CAPTURE(scan, plain, kPlain);

void scan_answer(benchmark::State& state) {
  ResponseScanner scanner{HeadLimits{}};
  ResponseHead head;
  for (auto step : state) {
    const Scanned scanned = scanner.scan(kAnswer, head);
    if (scanned.consumed != kAnswer.size()) state.SkipWithError("the head was not read");
    benchmark::DoNotOptimize(head.fields.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kAnswer.size()));
}
BENCHMARK(scan_answer);

void frame(benchmark::State& state) {
  RequestScanner scanner{HeadLimits{}};
  RequestHead head;
  (void)scanner.scan(kBrowser, head);
  for (auto step : state) {
    const RequestFraming framed = framing_of(head);
    if (framed.refusal || !framed.framing.keep_alive) state.SkipWithError("the head was not understood");
    benchmark::DoNotOptimize(&framed);
  }
}
BENCHMARK(frame);

void make_ids(benchmark::State& state) {
  RequestHead head;
  RequestScanner scanner{HeadLimits{}};
  (void)scanner.scan(kBrowser, head);
  RandomBytes random;
  for (auto step : state) {
    const ExchangeIds ids(head, random, true);
    benchmark::DoNotOptimize(&ids);
  }
}
BENCHMARK(make_ids);

void write_request(benchmark::State& state) {
  RequestScanner scanner{HeadLimits{}};
  RequestHead head;
  (void)scanner.scan(kBrowser, head);
  TowardsService values;
  values.target = head.target;
  values.host = "127.0.0.1:8001";
  values.request_id = "9f86d081884c7d659f86d081";
  values.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  values.client_address = "192.0.2.1";
  values.deadline = 30'000;
  std::string out;
  for (auto step : state) {
    out.clear();
    append_request(out, head, values);
    if (!out.ends_with("\r\n\r\n")) state.SkipWithError("the head has no end");
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(out.size()));
}
BENCHMARK(write_request);

void write_answer(benchmark::State& state) {
  ResponseScanner scanner{HeadLimits{}};
  ResponseHead head;
  (void)scanner.scan(kAnswer, head);
  const SecurityFields security({}, true);
  TowardsClient values;
  values.framing = {Framing::Kind::length, 5120, true};
  values.request_id = "9f86d081884c7d659f86d081";
  values.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  values.server_timing = "gateway;dur=0.2";
  values.security = &security;
  std::string out;
  for (auto step : state) {
    out.clear();
    append_response(out, head, values);
    if (!out.ends_with("\r\n\r\n")) state.SkipWithError("the head has no end");
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(out.size()));
}
BENCHMARK(write_answer);

// 64 KB in chunks of `range` bytes.
void relay_chunks(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range());
  std::string body;
  while (body.size() < 65'536) body.append(ChunkHead(size).text()).append(size, 'x').append(kChunkEnd);
  for (auto step : state) {
    ChunkReader reader;
    const ChunkStep read = reader.relay(body);
    if (read.data.size() != body.size()) state.SkipWithError("the chunks were not passed on in one piece");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}
BENCHMARK(relay_chunks)->Arg(64)->Arg(4096);

}  // namespace
}  // namespace valion::gateway

// What a call between services costs beyond the exchange itself: signing, picking, breaker, budget, deadline, trace. The same
// GET to the same server on loopback, on one connection, one after the other; each answer is checked.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <optional>

#include "platform/http/server.hpp"
#include "platform/redis/private_server.hpp"
#include "platform/redis/test_loop.hpp"
#include "platform/service/calls.hpp"

namespace valion {
namespace {

using namespace std::chrono_literals;

class Bench {
 public:
  explicit Bench(trace::Tracer tracer) : tracer_(std::move(tracer)) {
    router_.add(http::Method::get, "/rooms", [](http::Request&) { return answer(); });
    const auto around = [](http::Request& request, const Result<http::Router::Match>& match) {
      return respond(request, match);
    };
    server_.emplace(loop_.executor(), http::ServerSettings{}, router_, around);
    server_->start();
    registry::Instance self;
    self.service = "house_service";
    self.id = "house";
    self.version = "1";
    self.host = "127.0.0.1";
    self.port = server_->port();
    self.started_at = "2026-11-24T00:00:00.000Z";
    if (!loop_.run(redis_.wait_connected(9s))) std::abort();
    registration_.emplace(redis_, registry_, self);
    registration_->start(loop_.executor());
    loop_.run_until([&] { return loop_.run(directory_.refresh()) && !directory_.instances("house_service").empty(); });
    calls_.emplace(Calls::Means{loop_.executor(), client_, directory_, metrics_, log_, key_, tracer_, 0ms});
    origin_.principal = {"acme", "ana", {"appraiser"}};
    origin_.request_id = "request-0001";
    origin_.trace_id = trace::new_trace_id();
  }
  ~Bench() { loop_.run(registration_->leave()); }

  // `times` exchanges without leaving the loop.
  Async<bool> plainly(std::int64_t times) {
    for (std::int64_t i = 0; i < times; ++i) {
      http::ClientRequest request;
      request.port = server_->port();
      request.target = "/rooms";
      auto answer = co_await client_.send(std::move(request));
      const bool good = co_await is_good(std::move(answer));
      if (!good) co_return false;
    }
    co_return true;
  }
  Async<bool> as_calls(std::int64_t times) {
    for (std::int64_t i = 0; i < times; ++i) {
      trace::Span handler;
      if (tracer_.on()) {
        const trace::TraceContext own{origin_.trace_id, trace::new_span_id(), true};
        handler = tracer_.begin(own, "", "GET /house", trace::SpanKind::server);
        origin_.span = handler.parent();
        origin_.sampled = true;
      }
      ServiceRequest request;
      request.service = "house_service";
      request.target = "/rooms";
      auto answer = co_await calls_->send(origin_, std::move(request));
      const bool good = co_await is_good(std::move(answer));
      if (!good) co_return false;
      if (tracer_.waiting() > 1000) static_cast<void>(tracer_.take(2000));
    }
    co_return true;
  }
  testing::TestLoop loop_;

 private:
  static Async<Result<http::Response>> answer() { co_return http::text_response(200, "text/plain", "three rooms"); }
  static Async<http::Response> respond(http::Request& request, const Result<http::Router::Match>& match) {
    auto response = co_await (*match->handler)(request);
    co_return std::move(*response);
  }
  static Async<bool> is_good(Result<http::ClientResponse> answer) {
    if (!answer) co_return false;
    const auto body = co_await http::read_all(*answer->body, 1 << 10);
    co_return body&&* body == "three rooms";
  }
  log::LogSettings log_settings() const {
    log::LogSettings made;
    made.file = folder_.path() / "log";
    return made;
  }

  testing::PrivateRedis redis_server_;
  testing::TemporaryFolder folder_;
  registry::RegistrySettings registry_;
  redis::Client redis_{loop_.executor(), redis::Settings{redis_server_.url(), 2s}};
  registry::Directory directory_{redis_, registry_};
  metrics::Registry metrics_{metrics::Labels{}};
  log::Logger log_{log_settings()};
  auth::SigningKey key_ = auth::SigningKey::load_or_create(folder_.path() / "key");
  http::Client client_{loop_.executor()};
  trace::Tracer tracer_;
  http::Router router_;
  std::optional<http::Server> server_;
  std::optional<registry::Registration> registration_;
  std::optional<Calls> calls_;
  CallOrigin origin_;
};

constexpr std::int64_t kBatch = 200;

void plain_client_call(benchmark::State& state) {
  Bench bench{trace::Tracer()};
  for (auto _ : state) {
    if (!bench.loop_.run(bench.plainly(kBatch))) std::abort();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * kBatch);
}
BENCHMARK(plain_client_call)->UseRealTime();

void call_service(benchmark::State& state) {
  Bench bench(state.range(0) == 0 ? trace::Tracer() : trace::Tracer(trace::TracerSettings{1.0}));
  for (auto _ : state) {
    if (!bench.loop_.run(bench.as_calls(kBatch))) std::abort();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * kBatch);
}
BENCHMARK(call_service)->ArgName("traced")->Arg(0)->Arg(1)->UseRealTime();

void span_where_tracing_is_off(benchmark::State& state) {
  const trace::Parent nowhere;
  for (auto _ : state) {
    trace::Span span = trace::begin(nowhere, "sql read", trace::SpanKind::client);
    benchmark::DoNotOptimize(span);
  }
}
BENCHMARK(span_where_tracing_is_off);

void span_recorded(benchmark::State& state) {
  const trace::Tracer tracer(trace::TracerSettings{1.0});
  const trace::Parent parent = tracer.parent({trace::new_trace_id(), trace::new_span_id(), true});
  for (auto _ : state) {
    trace::begin(parent, "sql read", trace::SpanKind::client).end();
    if (tracer.waiting() > 1000) static_cast<void>(tracer.take(2000));
  }
}
BENCHMARK(span_recorded);

}  // namespace
}  // namespace valion

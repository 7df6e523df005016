// For tests: a small service with one route for each thing that the runtime does around it.
#pragma once

#include <boost/describe.hpp>

#include <array>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <utility>

#include "platform/service/fetch_json.hpp"
#include "platform/service/idempotent.hpp"
#include "platform/service/job_kinds.hpp"
#include "platform/service/read_json.hpp"

namespace valion {

using namespace std::chrono_literals;

struct Greeting {
  std::string text;
  std::int64_t times = 1;
};
BOOST_DESCRIBE_STRUCT(Greeting, (), (text, times))

struct WhoAmI {
  std::string tenant, user, trace_id, request_id;
};
BOOST_DESCRIBE_STRUCT(WhoAmI, (), (tenant, user, trace_id, request_id))

class TestService final : public BaseService {
 public:
  static constexpr std::string_view kName = "test_service";
  [[nodiscard]] std::string_view name() const override { return kName; }

  void routes(http::Router& router) override {
    const auto add = [&](http::Method method, std::string_view path, auto handler) {
      router.add(method, path, [this, handler](http::Request& request) { return (this->*handler)(request); });
    };
    add(http::Method::get, "/who", &TestService::who);
    add(http::Method::get, "/who/through/registry", &TestService::who_through_registry);
    add(http::Method::get, "/who/from/a/job", &TestService::who_from_a_job);
    add(http::Method::get, "/throws", &TestService::throws);
    add(http::Method::get, "/slow", &TestService::slow);
    add(http::Method::post, "/greetings", &TestService::greet);
    router.add(http::Method::post, "/quick-jobs", [this](http::Request& request) {
      return idempotently(context(), request, [this](http::Request& inner) { return quick_job(inner); });
    });
    router.add(http::Method::post, "/patient-jobs", [this](http::Request& request) {
      return idempotently(context(), request, [this](http::Request& inner) { return patient_job(inner); });
    });
    add(http::Method::post, "/failing-jobs", &TestService::failing_job);
    add(http::Method::post, "/endless-jobs", &TestService::endless_job);
  }

  Async<Result<void>> initialize() override {
    handle_job<Greeting>(context(), "test.quick",
                         [](const Greeting& greeting, const CallOrigin&, jobs::JobContext&) -> Result<std::string> {
                           return json::encode(greeting);
                         });
    const auto ask = [this](jobs::JobContext& job) -> Result<std::string> {
      VALION_TRY_ASSIGN(const auto me, fetch_json_blocking<WhoAmI>(context(), origin_of(job), "test_service", "/who"));
      return json::encode(me);
    };
    context().jobs.handle("test.ask", ask);
    const auto endless = [](jobs::JobContext& job) -> Result<std::string> {
      job.progress(1, 4, "waiting for the end");
      while (!job.cancelled()) std::this_thread::sleep_for(5ms);
      return fail(ErrorKind::cancelled, "cancelled");
    };
    context().jobs.handle("test.endless", endless);
    const auto failing = [](jobs::JobContext&) -> Result<std::string> { return fail(ErrorKind::timeout, "no answer"); };
    jobs::KindOptions once;
    once.max_attempts = 1;
    context().jobs.handle("test.failing", failing, once);
    co_return Result<void>{};
  }

  // Hangs for as long as the test wants it to.
  Async<ServiceHealth> health_check() override {
    const std::filesystem::path hangs = context().home / "own-check-hangs";
    if (std::filesystem::exists(hangs)) std::ofstream(context().home / "own-checks-begun", std::ios::app) << "x";
    while (std::filesystem::exists(hangs)) co_await sleep_for(10ms);
    co_return ServiceHealth{};
  }

  Async<void> cleanup() override {
    std::ofstream(context().home / "cleaned-up");
    co_return;
  }

 private:
  Async<Result<http::Response>> who(http::Request& request) {
    const WhoAmI me{request.principal->tenant, request.principal->user, request.trace_id, request.request_id};
    co_return http::json_response(200, json::encode(me));
  }
  Async<Result<http::Response>> who_through_registry(http::Request& request) {
    const CallOrigin origin = CallOrigin::of(request);
    VALION_CO_TRY_ASSIGN(const auto me, co_await fetch_json<WhoAmI>(context(), origin, "test_service", "/who"));
    co_return http::json_response(200, json::encode(me));
  }
  Async<Result<http::Response>> who_from_a_job(http::Request& request) {
    auto response = co_await submit_job_text(context(), request, "test.ask", "{}");
    co_return response;
  }
  Async<Result<http::Response>> throws(http::Request&) {
    throw std::runtime_error("a secret of the database");
    co_return http::Response{};
  }
  Async<Result<http::Response>> slow(http::Request&) {
    std::ofstream(context().home / "slow-began");
    while (!std::filesystem::exists(context().home / "go-on")) co_await sleep_for(10ms);
    co_return http::text_response(200, "text/plain", "done");
  }
  Async<Result<http::Response>> greet(http::Request& request) {
    VALION_CO_TRY_ASSIGN(const auto greeting, co_await read_json<Greeting>(request));
    co_return http::json_response(201, json::encode(greeting));
  }
  Async<Result<http::Response>> quick_job(http::Request& request) {
    VALION_CO_TRY_ASSIGN(const auto greeting, co_await read_json<Greeting>(request));
    auto response = co_await submit_job(context(), request, "test.quick", greeting);
    co_return response;
  }
  Async<Result<http::Response>> patient_job(http::Request& request) {
    std::ofstream(context().home / "patience");
    while (!std::filesystem::exists(context().home / "go-on")) co_await sleep_for(10ms);
    auto response = co_await quick_job(request);
    co_return response;
  }
  Async<Result<http::Response>> failing_job(http::Request& request) {
    auto response = co_await submit_job_text(context(), request, "test.failing", "{}");
    co_return response;
  }
  Async<Result<http::Response>> endless_job(http::Request& request) {
    auto response = co_await submit_job_text(context(), request, "test.endless", "{}");
    co_return response;
  }
};

}  // namespace valion

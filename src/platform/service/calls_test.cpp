// Calls against real instances on loopback that fail, hang, answer 500, leave and come back. The clock of breaker, budget and
// ejection is the test's own.
#include "platform/service/calls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "platform/http/server.hpp"
#include "platform/redis/private_server.hpp"
#include "platform/redis/test_loop.hpp"
#include "platform/resilience/deadline.hpp"

namespace valion {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

const std::string kHouses = "house_service";

// One instance: a real server whose manners the test chooses.
class House {
 public:
  House(Executor executor, std::string id) : executor_(executor), id_(std::move(id)) {
    router_.add(http::Method::get, "/{path:rest}", [this](http::Request& request) { return answer(request); });
    router_.add(http::Method::post, "/{path:rest}", [this](http::Request& request) { return answer(request); });
    open();
  }
  void open() {
    http::ServerSettings settings;
    settings.port = port_;
    const auto around = [](http::Request& request, const Result<http::Router::Match>& match) {
      return answer_or_problem(request, match);
    };
    server_.emplace(executor_, settings, router_, around);
    port_ = server_->port();
    server_->start();
  }
  void leave() { server_.reset(); }  // the port is closed; the registry does not know yet

  [[nodiscard]] registry::Instance instance() const {
    registry::Instance made;
    made.service = kHouses;
    made.id = id_;
    made.version = "1";
    made.host = "127.0.0.1";
    made.port = port_;
    made.started_at = "2026-11-24T00:00:00.000Z";
    return made;
  }

  int status = 200;
  bool hangs = false;
  std::vector<http::Headers> asked;  // the requests that reached it
  std::vector<std::string> bodies;

 private:
  static Async<http::Response> answer_or_problem(http::Request& request, const Result<http::Router::Match>& match) {
    auto answer = co_await (*match->handler)(request);
    co_return answer ? std::move(*answer) : http::problem_response(answer.error(), request);
  }
  Async<Result<http::Response>> answer(http::Request& request) {
    asked.push_back(request.headers);
    auto body = co_await http::read_all(*request.body, 1 << 20);
    bodies.push_back(body.value_or("broken"));
    while (hangs) co_await sleep_for(5ms);
    co_return http::text_response(status, "text/plain", id_);
  }

  Executor executor_;
  std::string id_;
  std::uint16_t port_ = 0;
  http::Router router_;
  std::optional<http::Server> server_;
};

// Takes connections, hears a little, and hangs up without a word.
class RudeHouse {
 public:
  explicit RudeHouse(Executor executor)
      : acceptor_(
            std::make_shared<Acceptor>(executor, asio::ip::tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0))) {
    asio::co_spawn(executor, hang_up(acceptor_, calls_), asio::detached);
  }
  ~RudeHouse() { acceptor_->close(); }
  [[nodiscard]] std::uint16_t port() const { return acceptor_->local_endpoint().port(); }
  [[nodiscard]] int calls() const { return *calls_; }

 private:
  using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
  static Async<void> hang_up(std::shared_ptr<Acceptor> acceptor, std::shared_ptr<int> calls) {
    for (;;) {
      auto [error, socket] = co_await acceptor->async_accept(asio::as_tuple(use_async));
      if (error) co_return;
      std::string heard(64 << 10, '\0');
      const auto got = co_await socket.async_read_some(asio::buffer(heard), asio::as_tuple(use_async));
      static_cast<void>(got);
      ++*calls;
      socket.close(error);
    }
  }
  std::shared_ptr<Acceptor> acceptor_;
  std::shared_ptr<int> calls_ = std::make_shared<int>(0);
};

class CallsTest : public ::testing::Test {
 protected:
  ~CallsTest() override {
    for (const auto& registration : registrations_) loop_.run(registration->leave());
  }

  void live_here(const std::vector<registry::Instance>& instances) {
    ASSERT_TRUE(loop_.run(redis_.wait_connected(9s)));
    for (const registry::Instance& instance : instances) {
      registrations_.push_back(std::make_unique<registry::Registration>(redis_, registry_, instance));
      registrations_.back()->start(loop_.executor());
    }
    loop_.run_until([&] {
      EXPECT_TRUE(loop_.run(directory_.refresh()));
      return directory_.instances(kHouses).size() == instances.size();
    });
  }
  Calls& calls() {
    if (!calls_) {
      Calls::Means means{loop_.executor(), client_, directory_, metrics_, log_, key_, tracer_, hedge_after_};
      means.now = [this] { return now_; };
      calls_.emplace(std::move(means));
    }
    return *calls_;
  }
  static ServiceRequest a_get() {
    ServiceRequest request;
    request.service = kHouses;
    request.target = "/rooms";
    request.timeout = 5s;
    return request;
  }
  static ServiceRequest a_post(http::ResponseBody body = std::string("{}")) {
    ServiceRequest request = a_get();
    request.method = http::Method::post;
    request.body = std::move(body);
    return request;
  }
  // The body of the answer with its status, or the words of the error.
  std::string said(ServiceRequest request) { return said(std::move(request), origin_); }
  std::string said(ServiceRequest request, const CallOrigin& origin) {
    auto answer = loop_.run(calls().send(origin, std::move(request)));
    if (!answer) {
      error_ = answer.error();
      return error_.message;
    }
    return std::to_string(answer->status) + " " + loop_.run(http::read_all(*answer->body, 1 << 20)).value_or("broken");
  }
  void call(int times) {
    for (int i = 0; i < times; ++i) said(a_get());
  }
  [[nodiscard]] double breaker() { return calls().breakers().at("circuit_breaker_state." + kHouses); }
  // `calls_total{…,outcome="ok"} 3` > has("calls_total", "outcome=\"ok\"", 3)
  [[nodiscard]] bool has(const std::string& family, const std::string& label, int value) {
    const std::string text = metrics_.text();
    for (std::size_t at = text.find("\n" + family + "{"); at != std::string::npos;
         at = text.find("\n" + family + "{", at + 1)) {
      const std::string line = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
      if (line.find(label) != std::string::npos && line.ends_with(" " + std::to_string(value))) return true;
    }
    return false;
  }

  testing::PrivateRedis server_;
  testing::TestLoop loop_;
  registry::RegistrySettings registry_ = [] {
    registry::RegistrySettings made;
    made.heartbeat = 200ms;
    made.slow_start = 0ms;
    return made;
  }();
  redis::Client redis_{loop_.executor(), redis::Settings{server_.url(), 2s}};
  registry::Directory directory_{redis_, registry_};
  metrics::Registry metrics_{metrics::Labels{{"service", "test"}}};
  testing::TemporaryFolder folder_;
  log::Logger log_ = log::Logger([this] {
    log::LogSettings made;
    made.file = folder_.path() / "log";
    return made;
  }());
  auth::SigningKey key_ = auth::SigningKey::load_or_create(folder_.path() / "key");
  http::Client client_{loop_.executor()};
  trace::Tracer tracer_{trace::TracerSettings{1.0}};
  std::chrono::milliseconds hedge_after_{0};
  resilience::Moment now_{1h};
  CallOrigin origin_;
  Error error_;
  std::vector<std::unique_ptr<registry::Registration>> registrations_;
  House a_{loop_.executor(), "a"}, b_{loop_.executor(), "b"};
  std::optional<Calls> calls_;
};

TEST_F(CallsTest, TakeTurnsAndPassOnEveryAnswer) {
  live_here({a_.instance(), b_.instance()});
  EXPECT_THAT((std::vector<std::string>{said(a_get()), said(a_get()), said(a_get())}),
              ElementsAre("200 a", "200 b", "200 a"));
  b_.status = 404;
  EXPECT_EQ(said(a_post("{\"rooms\":3}")), "404 b");
  EXPECT_EQ(b_.bodies.back(), "{\"rooms\":3}");
  EXPECT_TRUE(has("calls_total", "outcome=\"ok\"", 3));
  EXPECT_TRUE(has("calls_total", "outcome=\"client_error\"", 1));
  EXPECT_EQ(breaker(), 0);
}

TEST_F(CallsTest, SayWhichServiceHasNoInstance) {
  EXPECT_THAT(said(a_get()), HasSubstr("no instance of house_service"));
  EXPECT_EQ(error_.kind, ErrorKind::unavailable);
  EXPECT_TRUE(has("calls_total", "outcome=\"no_instance\"", 1));
}

TEST_F(CallsTest, GoToAnotherInstanceWhenTheFirstIsNotThere) {
  live_here({a_.instance(), b_.instance()});
  a_.leave();
  EXPECT_EQ(said(a_get()), "200 b");
  b_.asked.clear();
  EXPECT_EQ(said(a_get()), "200 b");  // whoever's turn it is
  EXPECT_EQ(said(a_post("once")), "200 b") << "nobody has seen it: even a POST may go elsewhere";
  EXPECT_EQ(b_.bodies.back(), "once");
  EXPECT_TRUE(has("calls_total", "outcome=\"ok\"", 3));
}

TEST_F(CallsTest, SendAStreamElsewhereOnlyWhileNothingWasReadOfIt) {
  live_here({a_.instance(), b_.instance()});
  a_.leave();
  ASSERT_EQ(said(a_post(http::body_of("a long file"))), "200 b");
  EXPECT_EQ(b_.bodies, std::vector<std::string>{"a long file"});
}

TEST_F(CallsTest, DoNotRepeatWhatMayHaveBeenDone) {
  RudeHouse rude(loop_.executor());
  registry::Instance first = a_.instance();
  first.port = rude.port();
  live_here({first, b_.instance()});
  EXPECT_THAT(said(a_post()), AllOf(HasSubstr("house_service"), HasSubstr("without an answer")));
  EXPECT_EQ(error_.kind, ErrorKind::unavailable);
  EXPECT_EQ(rude.calls(), 1);
  EXPECT_THAT(b_.asked, SizeIs(0));
  EXPECT_EQ(said(a_get()), "200 b");  // b's turn

  ServiceRequest same = a_post();
  same.headers.set("Idempotency-Key", "offer-7");
  EXPECT_EQ(said(std::move(same)), "200 b") << "its sender says that twice is once";
  EXPECT_EQ(rude.calls(), 2);
  EXPECT_TRUE(has("call_retries_total", "", 1));
  ServiceRequest stream = a_post(http::body_of("file"));
  stream.headers.set("Idempotency-Key", "offer-8");
  EXPECT_EQ(said(a_get()), "200 b");
  EXPECT_THAT(said(std::move(stream)), HasSubstr("without an answer")) << "its body is gone";
}

TEST_F(CallsTest, TakeAnAnswerForAnAnswer) {
  live_here({a_.instance(), b_.instance()});
  a_.status = 503;
  EXPECT_EQ(said(a_get()), "503 a");
  EXPECT_THAT(b_.asked, SizeIs(0));
  EXPECT_TRUE(has("call_retries_total", "", 0));
}

TEST_F(CallsTest, RetryWithinTheirBudget) {
  live_here({a_.instance(), b_.instance()});
  a_.leave();
  int reached = 0, lost = 0;
  for (int i = 0; i < 20; ++i) (said(a_get()) == "200 b" ? reached : lost) += 1;
  EXPECT_TRUE(has("call_retries_total", "", 3) || has("call_retries_total", "", 4)) << metrics_.text();
  EXPECT_GT(lost, 0) << "the budget ended before five failures in a row ejected the instance";
  now_ += 11s;
  EXPECT_EQ(said(a_get()), "200 b");
}

TEST_F(CallsTest, SpareAnInstanceThatFailsFiveTimesInARow) {
  live_here({a_.instance(), b_.instance()});
  a_.status = 500;
  call(10);
  ASSERT_THAT(a_.asked, SizeIs(5));
  EXPECT_TRUE(has("call_ejections_total", "", 1));
  call(10);
  EXPECT_THAT(a_.asked, SizeIs(5)) << "it is left alone";
  EXPECT_THAT(b_.asked, SizeIs(15));
  a_.status = 200;
  now_ += 30s;
  call(2);
  EXPECT_THAT(a_.asked, SizeIs(6)) << "and asked again";
}

TEST_F(CallsTest, AskEjectedInstancesWhenThereIsNobodyElse) {
  live_here({a_.instance(), b_.instance()});
  a_.status = 500;
  call(10);
  b_.leave();
  EXPECT_EQ(said(a_get()), "500 a");
}

TEST_F(CallsTest, StopAskingAServiceThatFailsAndTryAgainLater) {
  live_here({a_.instance()});
  a_.status = 500;
  call(20);
  EXPECT_THAT(a_.asked, SizeIs(20)) << "the only instance is never ejected";
  EXPECT_EQ(breaker(), 2);
  EXPECT_THAT(said(a_get()), AllOf(HasSubstr("circuit breaker"), HasSubstr(kHouses), HasSubstr("open")));
  EXPECT_EQ(error_.kind, ErrorKind::unavailable);
  EXPECT_THAT(error_.message, HasSubstr("in 5 s"));
  EXPECT_EQ(calls().retry_after(kHouses), 5s);
  EXPECT_THAT(a_.asked, SizeIs(20)) << "it was not asked";
  EXPECT_TRUE(has("calls_total", "outcome=\"refused\"", 1));
  EXPECT_TRUE(has("circuit_breaker_state", "upstream=\"house_service\"", 2));

  now_ += 5s;
  EXPECT_EQ(breaker(), 1);
  said(a_get());
  EXPECT_EQ(breaker(), 2) << "still ill";
  now_ += 5s;
  a_.status = 200;
  EXPECT_EQ(said(a_get()), "200 a");
  EXPECT_EQ(breaker(), 1);
  call(2);
  EXPECT_EQ(breaker(), 0);
  EXPECT_EQ(calls().retry_after(kHouses), std::nullopt);
  EXPECT_TRUE(has("circuit_breaker_state", "upstream=\"house_service\"", 0));
}

TEST_F(CallsTest, NeverHoldAClientsMistakeAgainstTheService) {
  live_here({a_.instance(), b_.instance()});
  a_.status = b_.status = 429;
  call(60);
  EXPECT_EQ(breaker(), 0);
  EXPECT_TRUE(has("call_ejections_total", "", 0));
}

TEST_F(CallsTest, TellHowLongTheCallerStillWaits) {
  live_here({a_.instance()});
  CallOrigin hurried = origin_;
  hurried.deadline = now_ + 1500ms;
  said(a_get(), hurried);
  EXPECT_EQ(a_.asked.back().find(resilience::kDeadlineHeader), "1500");
  said(a_get());
  EXPECT_EQ(a_.asked.back().find(resilience::kDeadlineHeader), "5000") << "the request's own timeout";
  hurried.deadline = now_ - 1ms;
  EXPECT_THAT(said(a_get(), hurried), HasSubstr("nothing is left"));
  EXPECT_EQ(error_.kind, ErrorKind::timeout);
  EXPECT_THAT(a_.asked, SizeIs(2));
}

TEST_F(CallsTest, LetNoCallerInAHurryMakeAServiceLookIll) {
  live_here({a_.instance(), b_.instance()});
  a_.hangs = b_.hangs = true;
  CallOrigin hurried = origin_;
  hurried.deadline = now_ + 5ms;
  for (int i = 0; i < 25; ++i) EXPECT_THAT(said(a_get(), hurried), HasSubstr("in time"));
  EXPECT_EQ(breaker(), 0);
  EXPECT_TRUE(has("call_ejections_total", "", 0));
  ServiceRequest patient = a_get();
  patient.timeout = 5ms;
  for (int i = 0; i < 25; ++i) said(patient);
  EXPECT_EQ(breaker(), 2) << "who had all the time it asked for may judge";
  a_.hangs = b_.hangs = false;
}

TEST_F(CallsTest, AskASecondInstanceWhenTheFirstIsSlowAndHedgingIsOn) {
  hedge_after_ = 5ms;
  live_here({a_.instance(), b_.instance()});
  a_.hangs = true;
  EXPECT_EQ(said(a_get()), "200 b");
  EXPECT_THAT(a_.asked, SizeIs(1));
  EXPECT_TRUE(has("call_hedges_total", "", 1));
  EXPECT_TRUE(has("calls_total", "outcome=\"ok\"", 1));
  EXPECT_TRUE(has("call_ejections_total", "", 0));
  b_.hangs = true;
  a_.hangs = false;
  loop_.run(sleep_for(20ms));
  EXPECT_EQ(said(a_get()), "200 a") << "whoever answers first";
}

TEST_F(CallsTest, HedgeNothingThatChangesAnything) {
  hedge_after_ = 1ms;
  live_here({a_.instance(), b_.instance()});
  a_.hangs = true;
  ServiceRequest post = a_post();
  post.timeout = 50ms;
  EXPECT_THAT(said(std::move(post)), HasSubstr("in time"));
  EXPECT_THAT(b_.asked, SizeIs(0));
  a_.hangs = false;
}

TEST_F(CallsTest, HedgeOverAnInstanceThatIsNotThere) {
  hedge_after_ = 50ms;
  live_here({a_.instance(), b_.instance()});
  a_.leave();
  EXPECT_EQ(said(a_get()), "200 b");
  EXPECT_TRUE(has("call_hedges_total", "", 0));
  EXPECT_TRUE(has("call_retries_total", "", 1));
}

TEST_F(CallsTest, CarryTheTraceTheRequestIdAndWhoAsks) {
  live_here({a_.instance(), b_.instance()});
  a_.leave();
  trace::Span request =
      tracer_.begin({std::string(32, 'a'), std::string(16, 'b'), true}, "", "GET /house", trace::SpanKind::server);
  origin_.principal = {"acme", "ana", {"appraiser"}};
  origin_.request_id = "request-0001";
  origin_.trace_id = std::string(32, 'a');
  origin_.sampled = true;
  origin_.span = request.parent();
  ASSERT_EQ(said(a_get()), "200 b");
  const auto spans = tracer_.take(10);
  ASSERT_THAT(spans, SizeIs(2)) << "one for each attempt";
  for (const trace::FinishedSpan& span : spans) {
    EXPECT_EQ(span.name, "GET house_service");
    EXPECT_EQ(span.parent_span_id, std::string(16, 'b'));
  }
  EXPECT_TRUE(spans[0].failed);
  EXPECT_FALSE(spans[1].failed);
  EXPECT_THAT(spans[1].attributes,
              ::testing::Contains(Pair("http.request.resend_count", trace::AttributeValue(std::int64_t{1}))));
  const http::Headers& seen = b_.asked.back();
  EXPECT_EQ(seen.find("traceparent"), "00-" + std::string(32, 'a') + "-" + spans[1].span_id + "-01");
  EXPECT_EQ(seen.find("X-Request-Id"), "request-0001");
  const auth::TokenSettings settings{auth::kInternalAudience, 60s, 5s};
  const auto token = auth::bearer(seen.find("Authorization").value_or(""));
  ASSERT_TRUE(token);
  const auto principal = auth::verify_token(key_, settings, *token, std::chrono::system_clock::now());
  ASSERT_TRUE(principal);
  EXPECT_EQ(principal->user, "ana");
}

TEST_F(CallsTest, MayBeAbandoned) {
  live_here({a_.instance()});
  a_.hangs = true;
  {
    asio::co_spawn(loop_.executor(), calls().send(origin_, a_get()), [](std::exception_ptr, auto) {});
    loop_.run_until([&] { return a_.asked.size() == 1; });
    calls_.reset();
  }
  a_.hangs = false;
  loop_.run(sleep_for(30ms));
}

}  // namespace
}  // namespace valion

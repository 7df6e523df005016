// The gateway as a process, with a service behind it that shows what arrived.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/describe.hpp>

#include <atomic>
#include <map>

#include "contracts/platform.hpp"
#include "platform/service/running_service.hpp"
#include "services/api_gateway/api_gateway.hpp"
#include "services/api_gateway/identity/test_tokens.hpp"

namespace valion {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using testing::content_of;
using testing::eventually;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// What a service behind the gateway sees.
struct Arrived {
  std::string method, target, tenant, user;
  std::vector<std::string> roles;
  std::map<std::string, std::string> headers;
  std::int64_t content_length = -1;
  std::int64_t body_bytes = 0;
};
BOOST_DESCRIBE_STRUCT(Arrived, (), (method, target, tenant, user, roles, headers, content_length, body_bytes))

class Mirror final : public BaseService {
 public:
  [[nodiscard]] std::string_view name() const override { return "data_processing"; }
  void routes(http::Router& router) override {
    http::RouteOptions options;
    options.body_limit = 512u << 20;
    const auto handler = [](http::Request& request) { return show(request); };
    for (const auto method :
         {http::Method::get, http::Method::post, http::Method::put, http::Method::patch, http::Method::delete_}) {
      router.add(method, "/data/{rest:rest}", handler, options);
    }
  }

 private:
  static Async<Result<http::Response>> show(http::Request& request) {
    if (request.path == "/data/absent") co_return fail(ErrorKind::not_found, "there is no such version");
    if (request.path == "/data/broken") co_return fail(ErrorKind::internal, "a bug");
    Arrived arrived;
    arrived.method = std::string(http::name_of(request.method));
    arrived.target = request.target;
    arrived.tenant = request.principal->tenant;
    arrived.user = request.principal->user;
    arrived.roles = request.principal->roles;
    for (const auto& [name, value] : request.headers) arrived.headers.emplace(name, value);
    if (request.content_length) arrived.content_length = static_cast<std::int64_t>(*request.content_length);
    for (;;) {
      VALION_CO_TRY_ASSIGN(const std::string piece, co_await request.body->read_some());
      if (piece.empty()) break;
      arrived.body_bytes += static_cast<std::int64_t>(piece.size());
    }
    http::Response response = http::json_response(201, json::encode(arrived));
    response.headers.set("Location", "/data/versions/abc");
    response.headers.set("Keep-Alive", "timeout=5");
    co_return response;
  }
};

// Accepts connections and answers every request with something that is not HTTP.
class Nonsense {
 public:
  explicit Nonsense(Executor executor) : acceptor_(executor, {asio::ip::make_address("127.0.0.1"), 0}) {
    asio::co_spawn(executor, serve(), [](std::exception_ptr) {});
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
  Async<void> serve() {
    for (;;) {
      auto socket = co_await acceptor_.async_accept(use_async);
      const std::string words = "SSH-2.0-nonsense\r\n\r\n";
      co_await asio::async_write(socket, asio::buffer(words), use_async);
    }
  }
  Acceptor acceptor_;
};

// As many bytes as wanted, never all of them in memory.
class Zeros final : public http::BodyReader {
 public:
  explicit Zeros(std::uint64_t bytes) : left_(bytes) {}
  Async<Result<std::string>> read_some() override {
    const std::uint64_t size = std::min<std::uint64_t>(left_, 1 << 16);
    left_ -= size;
    sent += size;
    co_return std::string(size, '0');
  }
  std::uint64_t sent = 0;

 private:
  std::uint64_t left_;
};

using Gateway = testing::RunningService<ApiGateway>;

class GatewayTest : public ::testing::Test {
 protected:
  GatewayTest() {
    settings_.home = folder_.path();
    settings_.heartbeat = 50ms;
    settings_.redis_url = redis_.url();
  }
  void start() {
    gateway_ = std::make_unique<Gateway>(settings_);
    ASSERT_GT(gateway_->port(), 0) << gateway_->said();
  }
  void start_with_service() {
    service_ = std::make_unique<testing::RunningService<Mirror>>(settings_);
    start();
    ASSERT_TRUE(eventually([&] { return gateway_->get("/data/x", token()).status == 201; }));
  }
  [[nodiscard]] contracts::TokenRequest credential() const {
    const std::string file = content_of(folder_.path() / "secrets" / "cli.json");
    return json::decode<contracts::TokenRequest>(file, json::Unknown::ignored).value();
  }
  Answer sign_in(const std::string& user, const std::string& password) {
    return gateway_->post("/api/v1/auth/token", "", json::encode(contracts::TokenRequest{user, password}));
  }
  std::string token() {
    if (!token_.empty()) return token_;
    const auto known = credential();
    const auto answer = json::decode<contracts::TokenAnswer>(sign_in(known.user, known.password).body);
    return token_ = answer->access_token;
  }
  [[nodiscard]] std::string signed_token(std::chrono::seconds age, const std::vector<std::string>& roles = {}) const {
    return testing::signed_token(folder_.path(), Principal{"acme", "ana", roles}, age);
  }
  [[nodiscard]] std::string forged(const char* key_file, std::string_view audience, std::chrono::seconds age,
                                   const std::vector<std::string>& roles = {}) const {
    const auto key = auth::SigningKey::load_or_create(folder_.path() / "secrets" / key_file);
    const auth::TokenSettings settings{audience, 60s, 5s};
    return auth::issue_token(key, settings, Principal{"acme", "ana", roles}, std::chrono::system_clock::now() - age);
  }
  static Arrived arrived(const Answer& answer) {
    const auto decoded = json::decode<Arrived>(answer.body);
    if (!decoded) throw std::runtime_error(answer.body);
    return *decoded;
  }

  testing::PrivateRedis redis_;
  testing::TemporaryFolder folder_;
  Settings settings_;
  std::unique_ptr<testing::RunningService<Mirror>> service_;
  std::unique_ptr<Gateway> gateway_;
  std::string token_;
};

TEST_F(GatewayTest, MakesTheCommandLinesCredentialOnce) {
  start();
  const std::filesystem::path file = folder_.path() / "secrets" / "cli.json";
  struct stat status {};
  ASSERT_EQ(stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  const auto first = credential();
  EXPECT_EQ(first.user, "cli");
  EXPECT_GE(first.password.size(), 32u);
  EXPECT_EQ(gateway_->end(SIGTERM), 0);
  start();
  EXPECT_EQ(credential().password, first.password);
  EXPECT_EQ(sign_in(first.user, first.password).status, 200);
}

TEST_F(GatewayTest, GivesATokenForTheRightPasswordOnly) {
  start();
  const auto known = credential();
  const Answer good = sign_in(known.user, known.password);
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(good.header("Cache-Control"), "no-store");
  const auto answer = json::decode<contracts::TokenAnswer>(good.body);
  ASSERT_TRUE(answer) << good.body;
  EXPECT_EQ(answer->expires_in, 3600);
  const Answer wrong = sign_in(known.user, "guess");
  const Answer unknown = sign_in("nobody", "guess");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(unknown.status, 401);
  EXPECT_THAT(wrong.body, HasSubstr("user or password is wrong"));
  EXPECT_THAT(unknown.body, HasSubstr("user or password is wrong")) << "the answer must not tell who exists";
  EXPECT_EQ(gateway_->post("/api/v1/auth/token", "", "{").status, 400);
  EXPECT_EQ(gateway_->post("/api/v1/auth/token", "", "{\"user\":\"a\"}").status, 422);
}

TEST_F(GatewayTest, SlowsDownGuessing) {
  start();
  for (int guess = 0; guess < 5; ++guess) EXPECT_EQ(sign_in("cli", "guess").status, 401);
  const Answer refused = sign_in("cli", credential().password);
  EXPECT_EQ(refused.status, 429);
  EXPECT_FALSE(refused.header("Retry-After").empty());
  EXPECT_EQ(sign_in("nobody", "guess").status, 401) << "another user is not concerned";
}

TEST_F(GatewayTest, RefusesWhoeverHasNoGoodToken) {
  start();
  for (const std::string route :
       {"/api/v1/ml/models", "/data/versions/x", "/api/v1/jobs/x", "/api/v1/registry/catalog/services"}) {
    EXPECT_EQ(gateway_->get(route).status, 401) << route;
  }
  EXPECT_EQ(gateway_->get("/api/v1/ml/models", "e30.e30.e30").status, 401);
  EXPECT_EQ(gateway_->get("/api/v1/ml/models", forged("internal.key", auth::kInternalAudience, 0s)).status, 401)
      << "a service's token is no client's token";
  EXPECT_EQ(gateway_->get("/api/v1/ml/models", forged("gateway.key", auth::kClientAudience, 0s)).status, 401)
      << "HS256 is none of our algorithms, whatever the key";
  const Answer expired = gateway_->get("/api/v1/ml/models", signed_token(300s));
  EXPECT_EQ(expired.status, 401);
  EXPECT_THAT(expired.body, HasSubstr("expired"));
  EXPECT_THAT(expired.header("WWW-Authenticate"), HasSubstr("invalid_token"));
}

TEST_F(GatewayTest, PassesRequestsOnInTheClientsName) {
  start_with_service();
  const Answer answer = gateway_->get("/api/v1/data/versions/a%20b?limit=5&after=%2F", token());
  const Arrived seen = arrived(answer);
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(seen.method, "GET");
  EXPECT_EQ(seen.target, "/data/versions/a%20b?limit=5&after=%2F");
  EXPECT_EQ(seen.tenant, "default");
  EXPECT_EQ(seen.user, "cli");
  EXPECT_THAT(seen.roles, ::testing::ElementsAre("admin", "appraiser"));
  EXPECT_EQ(answer.header("Location"), "/api/v1/data/versions/abc");
  EXPECT_EQ(answer.header("Keep-Alive"), "") << "that was between the gateway and the service";
  EXPECT_FALSE(answer.header("Content-Length").empty());
  for (const auto method : {http::Method::post, http::Method::put, http::Method::patch, http::Method::delete_}) {
    EXPECT_EQ(arrived(gateway_->call(Gateway::request(method, "/data/x", token()))).method, http::name_of(method));
  }
}

TEST_F(GatewayTest, LetsNobodyClaimToBeSomebodyElse) {
  start_with_service();
  http::ClientRequest request = Gateway::request(http::Method::get, "/data/x", token());
  request.headers.set("X-User-Id", "root");
  request.headers.set("X-Forwarded-For", "10.0.0.1");
  request.headers.set("Forwarded", "for=10.0.0.1");
  request.headers.set("X-Request-Id", "my-own-request-id");
  request.headers.set("Accept-Language", "pt-BR");
  const Arrived seen = arrived(gateway_->call(std::move(request)));
  EXPECT_EQ(seen.headers.at("X-User-Id"), "cli") << "who he is, and not who he says";
  EXPECT_EQ(seen.headers.at("X-Forwarded-For"), "127.0.0.1");
  EXPECT_THAT(seen.headers.at("Forwarded"), Not(HasSubstr("10.0.0.1")));
  EXPECT_EQ(seen.headers.at("Accept-Language"), "pt-BR");
  EXPECT_EQ(seen.headers.at("X-Request-Id"), "my-own-request-id");
  EXPECT_EQ(seen.headers.count("traceparent"), 1u);
  EXPECT_THAT(seen.headers.at("Authorization"), Not(HasSubstr(token()))) << "the client's token stays at the gateway";
  const std::string as_service = signed_token(0s, {"appraiser", "service"});
  EXPECT_THAT(arrived(gateway_->get("/data/x", as_service)).roles, ::testing::ElementsAre("appraiser"));
}

TEST_F(GatewayTest, StreamsALargeUpload) {
  start_with_service();
  constexpr std::uint64_t kBytes = 128u << 20;
  http::ClientRequest request = Gateway::request(http::Method::post, "/api/v1/data/datasets", token());
  request.body = std::make_shared<Zeros>(kBytes);
  request.content_length = kBytes;
  const Arrived seen = arrived(gateway_->call(std::move(request)));
  EXPECT_EQ(seen.body_bytes, static_cast<std::int64_t>(kBytes));
  EXPECT_EQ(seen.content_length, static_cast<std::int64_t>(kBytes)) << "Content-Length is kept";
#ifndef __SANITIZE_ADDRESS__  // whose quarantine keeps what was freed
  const auto health = json::decode<contracts::HealthView>(gateway_->get("/health").body);
  EXPECT_LT(health->metrics.at("resident_bytes"), 100e6) << "nothing was held in memory";
#endif

  http::ClientRequest chunked = Gateway::request(http::Method::post, "/api/v1/data/datasets", token());
  chunked.body = std::make_shared<Zeros>(1u << 20);
  EXPECT_EQ(arrived(gateway_->call(std::move(chunked))).body_bytes, 1 << 20);
}

TEST_F(GatewayTest, RefusesABodyOverTheLimitBeforeReadingIt) {
  settings_.upload_limit = 1 << 20;
  start_with_service();
  const auto body = std::make_shared<Zeros>(64u << 20);
  http::ClientRequest request = Gateway::request(http::Method::post, "/api/v1/data/datasets", token());
  request.body = std::shared_ptr<http::BodyReader>(body);
  request.content_length = 64u << 20;
  const Answer answer = gateway_->call(std::move(request));
  EXPECT_EQ(answer.status, 413);
  EXPECT_THAT(answer.body, HasSubstr("limit"));
  EXPECT_LT(body->sent, 32u << 20);

  http::ClientRequest endless = Gateway::request(http::Method::post, "/api/v1/data/datasets", token());
  endless.body = std::make_shared<Zeros>(64u << 20);
  EXPECT_EQ(gateway_->call(std::move(endless)).status, 413) << "also in chunks";
  EXPECT_EQ(gateway_->get("/data/x", token()).status, 201) << "and all goes on";
}

TEST_F(GatewayTest, ShowsClientsTheirOwnPathInAServicesProblem) {
  start_with_service();
  const Answer answer = gateway_->get("/api/v1/data/absent?x=1", token());
  EXPECT_EQ(answer.status, 404);
  EXPECT_THAT(answer.header("Content-Type"), StartsWith("application/problem+json"));
  EXPECT_THAT(answer.body, HasSubstr(R"("instance":"/api/v1/data/absent")"));
  EXPECT_THAT(answer.body, HasSubstr("there is no such version"));
  EXPECT_EQ(answer.header("Content-Length"), std::to_string(answer.body.size()));
  EXPECT_THAT(gateway_->get("/data/absent", token()).body, HasSubstr(R"("instance":"/data/absent")"));
}

TEST_F(GatewayTest, StopsAskingAServiceThatOnlyFailsAndSaysWhenToComeBack) {
  settings_.gateway_routes = folder_.path() / "routes.yaml";  // without limits: this asks often
  std::ofstream(settings_.gateway_routes) << "routes:\n  - name: data\n    prefix: /api/v1/data\n    aliases: [/data]\n"
                                             "    replacement: /data\n    service: data_processing\n    timeout: 60s\n";
  start_with_service();
  Answer answer;
  ASSERT_TRUE(eventually([&] {
    answer = gateway_->get("/api/v1/data/broken", token());
    EXPECT_GE(answer.status, 500);
    return answer.status == 503;
  }));
  EXPECT_THAT(answer.body, HasSubstr("circuit breaker for data_processing"));
  EXPECT_THAT(answer.body,
              HasSubstr(R"("circuit_breaker":{"service":"data_processing","state":"open","retry_after":)"));
  const std::int64_t seconds = std::stoll(answer.header("Retry-After"));
  EXPECT_GE(seconds, 1);
  EXPECT_LE(seconds, 5);
  EXPECT_THAT(gateway_->get("/health").body, HasSubstr(R"("circuit_breaker_state.data_processing":)"));
  EXPECT_THAT(gateway_->get("/metrics").body, HasSubstr("circuit_breaker_state{"));
  EXPECT_TRUE(eventually([&] { return gateway_->get("/data/x", token()).status == 201; })) << "it comes back by itself";
}

TEST_F(GatewayTest, TakesTheClientsDeadlineForItsOwn) {
  start_with_service();
  http::ClientRequest request = Gateway::request(http::Method::get, "/api/v1/data/x", token());
  request.headers.set("X-Request-Deadline", "5000");
  const auto arrived = json::decode<Arrived>(gateway_->call(request).body);
  ASSERT_TRUE(arrived);
  EXPECT_LE(std::stoll(arrived->headers.at("X-Request-Deadline")), 5000);
  request.headers.set("X-Request-Deadline", "0");
  EXPECT_EQ(gateway_->call(request).status, 504);
  request.headers.set("X-Request-Deadline", "tomorrow");
  EXPECT_EQ(gateway_->call(request).status, 400);
}

TEST_F(GatewayTest, RefusesPathsWithDots) {
  start_with_service();
  for (const char* path :
       {"/api/v1/data/../../secrets/gateway.key", "/api/v1/data/%2e%2e/secrets", "/data/..%2fsecrets"}) {
    const Answer answer = gateway_->get(path, token());
    EXPECT_EQ(answer.status, 400) << path;
    EXPECT_THAT(answer.header("Content-Type"), StartsWith("application/problem+json"));
  }
}

TEST_F(GatewayTest, SaysSoWhenAServiceIsAway) {
  start_with_service();
  EXPECT_EQ(gateway_->get("/api/v1/ml/models", token()).status, 503) << "never seen";
  service_->end(SIGKILL);
  const Answer answer = gateway_->get("/api/v1/data/versions/x", token());
  EXPECT_EQ(answer.status, 502) << "still registered, but dead";
  EXPECT_THAT(answer.body, HasSubstr("data_processing"));
  EXPECT_EQ(gateway_->get("/health").status, 200) << "the gateway itself is well";
}

TEST_F(GatewayTest, SaysSoWhenAServiceTalksNonsense) {
  start();
  testing::TestLoop loop;
  const Nonsense nonsense(loop.executor());
  redis::Client redis(loop.executor(), redis::Settings{redis_.url()});
  const bool connected = loop.run(redis.wait_connected(5s));
  ASSERT_TRUE(connected);
  registry::Registration registration(redis, {"valion", 50ms},
                                      {"ml_service", "ml_service-x", "1", "127.0.0.1", nonsense.port(), "", {}});
  registration.start(loop.executor());
  std::atomic<int> status = 0;
  std::thread client(
      [&] { eventually([&] { return (status = gateway_->get("/api/v1/ml/models", token()).status) != 503; }); });
  loop.run_until([&] { return status != 0 && status != 503; });
  client.join();
  EXPECT_EQ(status, 502);
}

TEST_F(GatewayTest, ShowsWhatIsThere) {
  start();
  const Answer index = gateway_->get("/");
  EXPECT_EQ(index.status, 200);
  EXPECT_THAT(index.body, HasSubstr("/api/v1/auth/token"));
  EXPECT_EQ(gateway_->get("/api/v1/jobs/no-such-job", token()).status, 404);
  EXPECT_EQ(gateway_->get("/nothing/here", token()).status, 404);
}

}  // namespace
}  // namespace valion

// service_registry as others meet it: over HTTP, as a process, with other processes that are well, sick or stuck.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "contracts/registry.hpp"
#include "platform/json/described.hpp"
#include "platform/service/running_service.hpp"
#include "services/service_registry/service_registry.hpp"

namespace valion {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Ready unless the file `sick` stands in its home; silent while `stuck` does.
class Patient final : public BaseService {
 public:
  [[nodiscard]] std::string_view name() const override { return "patient"; }
  void routes(http::Router&) override {}
  Async<ServiceHealth> health_check() override {
    while (std::filesystem::exists(context().home / "stuck")) co_await sleep_for(10ms);
    ServiceHealth health;
    health.ready = !std::filesystem::exists(context().home / "sick");
    co_return health;
  }
};

class Probing : public ::testing::Test {
 protected:
  [[nodiscard]] Settings settings_for(const std::filesystem::path& home) const {
    return testing::settings_for(home, redis_.url(), {"service_registry", "patient"});
  }
  std::string get(const std::string& target) {
    const testing::Answer answer = registry_.get(target, testing::internal_token(home_.path(), "acme"));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
  }
  std::vector<contracts::HealthEntry> health(const std::string& query = "") {
    return json::decode<std::vector<contracts::HealthEntry>>(get("/v1/health/service/patient" + query)).value();
  }
  // The status of the instance on `port`; empty when it is not listed.
  std::string status_of(std::uint16_t port) {
    for (const auto& entry : health()) {
      if (entry.Service.Port == port) return entry.Checks.at(0).Status;
    }
    return {};
  }
  std::string id_of(std::uint16_t port) {
    for (const auto& entry : health()) {
      if (entry.Service.Port == port) return entry.Service.ID;
    }
    return {};
  }

  testing::PrivateRedis redis_;
  testing::TemporaryFolder home_, first_home_, second_home_;
  testing::RunningService<Patient> first_{settings_for(first_home_.path())};
  testing::RunningService<Patient> second_{settings_for(second_home_.path())};
  testing::RunningService<ServiceRegistry> registry_{settings_for(home_.path())};
};

TEST_F(Probing, ListsEveryInstanceAndSaysWhoIsWell) {
  ASSERT_TRUE(eventually([&] { return health("?passing").size() == 2; }));
  EXPECT_THAT(get("/v1/catalog/services"), HasSubstr(R"("patient":["0.)"));
  const auto entries = json::decode<std::vector<contracts::CatalogEntry>>(get("/v1/catalog/service/patient")).value();
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_EQ(entries[0].ServiceAddress, "127.0.0.1");
  EXPECT_EQ(get("/v1/catalog/service/nobody"), "[]");

  std::ofstream(first_home_.path() / "sick");
  ASSERT_TRUE(eventually([&] { return status_of(first_.port()) == "critical"; }));
  EXPECT_THAT(health(), SizeIs(2));
  ASSERT_THAT(health("?passing"), SizeIs(1));
  EXPECT_EQ(health("?passing")[0].Service.Port, second_.port());

  std::filesystem::remove(first_home_.path() / "sick");
  EXPECT_TRUE(eventually([&] { return status_of(first_.port()) == "passing"; }));
}

TEST_F(Probing, LetsNoVerdictLapseBecauseAnotherInstanceIsStuck) {
  ASSERT_TRUE(eventually([&] { return health("?passing").size() == 2; }));
  const std::string key = "patient:" + id_of(second_.port());
  testing::TestLoop loop;
  redis::Client redis(loop.executor(), redis::Settings{redis_.url(), 2s});
  ASSERT_TRUE(loop.run(redis.wait_connected(9s)));

  std::ofstream(first_home_.path() / "stuck");
  ASSERT_TRUE(eventually([&] {  // each of its probes takes a second, the lease of a verdict is 0.3 s
    const auto verdict = loop.run(redis.command({"HGET", "valion:health", key}));
    EXPECT_EQ(verdict->text, "passing");
    return status_of(first_.port()) == "critical" || verdict->text != "passing";
  }));
  EXPECT_EQ(status_of(second_.port()), "passing");
  std::filesystem::remove(first_home_.path() / "stuck");
}

TEST_F(Probing, ForgetsWhoIsGone) {
  ASSERT_TRUE(eventually([&] { return health("?passing").size() == 2; }));
  first_.end(SIGKILL);
  EXPECT_TRUE(eventually([&] { return health().size() == 1; }));
  EXPECT_EQ(status_of(second_.port()), "passing");
}

// As Consul's clients speak with it.
class ConsulApi : public Probing {
 protected:
  ConsulApi() {
    EXPECT_TRUE(eventually([&] { return health("?passing").size() == 2; }));
    token_ = testing::content_of(home_.path() / "secrets" / "registry.token");
    token_.pop_back();
  }
  testing::Answer put(const std::string& target, const std::string& body = "") {
    http::ClientRequest request = registry_.request(http::Method::put, target, "");
    request.headers.set("X-Consul-Token", token_);
    request.body = body;
    return registry_.call(std::move(request));
  }
  // Status of the only instance of a service; «absent» when there is none.
  std::string status_of_service(const std::string& service) {
    const auto entries =
        json::decode<std::vector<contracts::HealthEntry>>(registry_.get("/v1/health/service/" + service).body).value();
    return entries.empty() ? "absent" : entries[0].Checks.at(0).Status;
  }
  bool becomes(const std::string& service, const std::string& status) {
    return eventually([&] { return status_of_service(service) == status; });
  }
  std::string index() { return registry_.get("/v1/health/service/patient").header("X-Consul-Index"); }
  // Begins a read and leaves it open; see answer_.
  void begin_read(const std::string& target) {
    answer_.reset();
    asio::co_spawn(registry_.loop().executor(), registry_.send(registry_.request(http::Method::get, target, "")),
                   [this](std::exception_ptr, Result<testing::Answer> answer) { answer_ = std::move(answer); });
    registry_.loop().run(sleep_for(100ms));
    EXPECT_FALSE(answer_) << "it does not wait";
  }
  const testing::Answer& answer() {
    registry_.loop().run_until([&] { return answer_.has_value(); });
    return answer_->value();
  }

  std::string token_;
  std::optional<Result<testing::Answer>> answer_;
};

TEST_F(ConsulApi, BlocksUntilSomethingChanges) {
  const std::string known = index();
  begin_read("/v1/health/service/patient?index=" + known + "&wait=9s");
  std::ofstream(first_home_.path() / "sick");
  EXPECT_THAT(answer().body, HasSubstr(R"("Status":"critical")"));
  EXPECT_GT(std::stoull(answer().header("X-Consul-Index")), std::stoull(known));
  EXPECT_EQ(answer().header("X-Consul-KnownLeader"), "true");
  EXPECT_EQ(answer().header("X-Consul-LastContact"), "0");
}

TEST_F(ConsulApi, AnswersWhenTheWaitIsOver) {
  const std::string known = index();
  const testing::Answer answer = registry_.get("/v1/health/service/patient?index=" + known + "&wait=50ms");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("X-Consul-Index"), known);
}

TEST_F(ConsulApi, LetsNoWaitingReadHoldUpTheEnd) {
  begin_read("/v1/health/service/patient?index=" + index() + "&wait=10m");
  registry_.signal(SIGTERM);
  EXPECT_EQ(answer().status, 200);
  EXPECT_EQ(registry_.wait(), 0);
}

TEST_F(ConsulApi, TellsPrometheusItsDatacenter) {
  const auto self = json::decode<contracts::AgentSelf>(registry_.get("/v1/agent/self").body).value();
  EXPECT_EQ(self.Config.Datacenter, "valion");
  EXPECT_EQ(self.Meta.at("leader"), self.Config.NodeName);
  EXPECT_EQ(registry_.get("/v1/catalog/services?dc=elsewhere").status, 404);
  EXPECT_EQ(registry_.get("/v1/catalog/services?filter=x").status, 422);
}

TEST_F(ConsulApi, KeepsAServiceAliveAsLongAsItReports) {
  const std::string batch = R"({"Name": "batch", "Port": 9, "Tags": ["night"], "Check": {"TTL": "500ms"}})";
  ASSERT_EQ(put("/v1/agent/service/register", batch).status, 200);
  EXPECT_TRUE(becomes("batch", "critical")) << "nobody has reported yet";
  ASSERT_EQ(put("/v1/agent/check/pass/service:batch?note=fine").status, 200);
  EXPECT_TRUE(becomes("batch", "passing"));
  EXPECT_THAT(registry_.get("/v1/catalog/services").body, HasSubstr(R"("batch":["night"])"));
  EXPECT_TRUE(becomes("batch", "critical")) << "the TTL is over";
  ASSERT_EQ(put("/v1/agent/service/deregister/batch").status, 200);
  EXPECT_TRUE(becomes("batch", "absent"));
  EXPECT_EQ(put("/v1/agent/service/deregister/batch").status, 404);
  EXPECT_EQ(put("/v1/agent/check/pass/service:batch").status, 404);
}

TEST_F(ConsulApi, ProbesARegisteredServiceAndTakesItAwayWhenLongCritical) {
  const std::string port = std::to_string(second_.port());
  ASSERT_EQ(put("/v1/agent/service/register",
                R"({"Name": "neighbour", "Port": )" + port + R"(, "Check": {"HTTP": "http://127.0.0.1:)" + port +
                    R"(/health/ready", "Interval": "100ms", "DeregisterCriticalServiceAfter": "300ms"}})")
                .status,
            200);
  ASSERT_EQ(
      put("/v1/agent/service/register", R"({"Name": "door", "Port": )" + port + R"(, "Check": {"TCP": "127.0.0.1:)" +
                                            port + R"(", "Interval": "100ms"}})")
          .status,
      200);
  EXPECT_TRUE(becomes("neighbour", "passing"));
  EXPECT_TRUE(becomes("door", "passing"));
  second_.end(SIGKILL);
  EXPECT_TRUE(becomes("neighbour", "absent"));
  EXPECT_TRUE(becomes("door", "critical"));
}

TEST_F(ConsulApi, RemembersRegisteredServicesWhenRedisIsEmptied) {
  ASSERT_EQ(put("/v1/agent/service/register", R"({"Name": "batch", "Port": 9, "Check": {"TTL": "1h"}})").status, 200);
  ASSERT_TRUE(becomes("batch", "critical"));
  testing::TestLoop loop;
  redis::Client redis(loop.executor(), redis::Settings{redis_.url(), 2s});
  ASSERT_TRUE(loop.run(redis.wait_connected(9s)));
  loop.run(redis.command({"FLUSHALL"}));
  EXPECT_TRUE(eventually([&] {
    return loop.run(redis.command({"HEXISTS", "valion:instances", "batch:batch"}))->integer == 1;
  }));
  EXPECT_TRUE(becomes("batch", "critical"));
}

TEST_F(ConsulApi, LetsNobodyRegisterWithoutTheTokenOrUnderOurNames) {
  const std::string ours = R"({"Name": "patient", "Port": 9, "Check": {"TTL": "1s"}})";
  EXPECT_EQ(put("/v1/agent/service/register", ours).status, 409);
  EXPECT_EQ(put("/v1/agent/service/deregister/" + id_of(first_.port())).status, 409);
  EXPECT_EQ(put("/v1/agent/service/register", R"({"Name": "x", "Port": 9})").status, 422);
  EXPECT_EQ(put("/v1/agent/service/register", "{").status, 400);
  token_ = "guess";
  EXPECT_EQ(put("/v1/agent/service/register", R"({"Name": "x", "Port": 9, "Check": {"TTL": "1s"}})").status, 401);
  const auto open = registry_.call(registry_.request(http::Method::put, "/v1/agent/service/deregister/x", ""));
  EXPECT_EQ(open.status, 401);
}

}  // namespace
}  // namespace valion

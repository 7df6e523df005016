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

}  // namespace
}  // namespace valion

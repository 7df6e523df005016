// What an operator sees: a real Prometheus scrapes the running system as deploy/prometheus says, every panel of the Grafana
// dashboard has an answer, every alert can be evaluated, every metric family is documented, and the logs hold what they should.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/describe.hpp>

#include <array>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "app/service_list.hpp"
#include "functional/instances.hpp"
#include "functional/prometheus_server.hpp"
#include "functional/running_system.hpp"
#include "platform/json/described.hpp"

namespace valion::functional {
namespace {

using ::testing::Not;

struct Target {
  std::string expr;
};
BOOST_DESCRIBE_STRUCT(Target, (), (expr))
struct Panel {
  std::string title;
  std::string type;
  std::vector<Target> targets;
  static constexpr std::array kDefaulted{"targets"};
};
BOOST_DESCRIBE_STRUCT(Panel, (), (title, type, targets))
struct Dashboard {
  std::vector<Panel> panels;
};
BOOST_DESCRIBE_STRUCT(Dashboard, (), (panels))

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

int count_of(const std::string& text, const std::string& what) {
  int count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++count;
  return count;
}

class Observability : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    // A collector that nobody listens on, and nothing sampled for it: the families are there all the same.
    system_ = new RunningSystem({}, {{"VALION_TRACE_ENDPOINT", "http://127.0.0.1:1"}, {"VALION_TRACE_SAMPLE", "0"}});
    prometheus_ = new PrometheusServer(configuration());
    const TemporaryFolder folder;
    const Finished fetched = run({source_file("tools/fetch_dataset").string(), "ames", folder.path().string()});
    ASSERT_EQ(fetched.code, 0) << fetched.output;
    std::filesystem::copy_file(source_file("examples/ames/study.json"), folder.path() / "study.json");
    const Finished demo = system_->valion({"demo", "--study", (folder.path() / "study.json").string()});
    ASSERT_EQ(demo.code, 0) << demo.output;
  }
  static void TearDownTestSuite() {
    delete prometheus_;
    delete system_;
  }

  // deploy/prometheus/prometheus.yml with the ports of this system, and a shorter interval.
  static std::string configuration() {
    std::string text = slurp(source_file("deploy/prometheus/prometheus.yml"));
    replace_all(text, "15s", "1s");
    replace_all(text, "- alerts.yml", "- " + source_file("deploy/prometheus/alerts.yml").string());
    for (const ServicePlaces& service : places_of(*system_)) {
      const std::string usual = std::to_string(app::find_service(service.name)->port);
      replace_all(text, "127.0.0.1:" + usual + "\"",
                  "127.0.0.1:" + std::to_string(service.instances.at(0).port) + "\"");
    }
    return text;
  }

  static std::string system_metrics() {
    const std::string log = slurp(system_->home() / "orchestrator.log");
    std::smatch port;
    if (!std::regex_search(log, port, std::regex("metrics are on port (\\d+)"))) throw std::runtime_error(log);
    http::Client client(testing_loop().executor());
    http::ClientRequest request;
    request.port = static_cast<std::uint16_t>(std::stoi(port[1]));
    request.target = "/metrics";
    auto answer = testing_loop().run(http::fetch(client, std::move(request)));
    if (!answer) throw std::runtime_error(answer.error().message);
    return answer->body;
  }
  static valion::testing::TestLoop& testing_loop() {
    static valion::testing::TestLoop loop;
    return loop;
  }

  static RunningSystem* system_;
  static PrometheusServer* prometheus_;
};
RunningSystem* Observability::system_ = nullptr;
PrometheusServer* Observability::prometheus_ = nullptr;

TEST_F(Observability, EveryServiceIsScraped) {
  for (const app::ServiceEntry& entry : app::service_list()) {
    const std::string up = "up{service=\"" + std::string(entry.name) + "\"} == 1";
    EXPECT_TRUE(eventually([&] { return prometheus_->samples(up) == 1; })) << up << "\n" << prometheus_->log();
  }
}

TEST_F(Observability, EveryPanelOfTheDashboardHasAnAnswer) {
  const auto dashboard =
      json::decode<Dashboard>(slurp(source_file("deploy/grafana/valion.json")), json::Unknown::ignored);
  ASSERT_TRUE(dashboard) << dashboard.error().message;
  int asked = 0;
  for (const Panel& panel : dashboard->panels) {
    EXPECT_TRUE(panel.type == "row" || !panel.targets.empty()) << panel.title;
    for (Target target : panel.targets) {
      replace_all(target.expr, "$service", ".*");
      replace_all(target.expr, "$__rate_interval", "2m");
      EXPECT_TRUE(eventually([&] { return prometheus_->samples(target.expr) > 0; }, std::chrono::seconds(15)))
          << panel.title << ": " << target.expr << "\n"
          << prometheus_->query(target.expr).value_or("refused");
      ++asked;
    }
  }
  EXPECT_GE(asked, 30);
}

TEST_F(Observability, EveryAlertCanBeEvaluatedAndNoneRingsInASystemThatIsWell) {
  const int alerts = count_of(slurp(source_file("deploy/prometheus/alerts.yml")), "- alert:");
  const auto rules = [&] { return prometheus_->get("/api/v1/rules?type=alert").value_or(""); };
  EXPECT_TRUE(eventually([&] { return count_of(rules(), R"("health":"ok")") == alerts; })) << rules();
  EXPECT_EQ(count_of(rules(), R"("lastError")"), 0);
  const std::string severe = R"(ALERTS{alertstate="firing",severity="critical"})";
  EXPECT_EQ(prometheus_->samples(severe), 0u) << prometheus_->query(severe).value_or("");
}

// `| \`name\` | type | …` in docs/observability.md against `# TYPE name type` of the whole system.
TEST_F(Observability, EveryMetricFamilyIsDocumentedAndEveryDocumentedOneIsThere) {
  std::set<std::string> documented, present;
  std::istringstream document(slurp(source_file("docs/observability.md")));
  const std::regex row("^\\| `([a-z_0-9]+)` \\| (counter|gauge|histogram) \\|.*");
  std::smatch match;
  for (std::string line; std::getline(document, line);) {
    if (std::regex_match(line, match, row)) documented.insert(match.str(1) + " " + match.str(2));
  }
  std::istringstream text(system_metrics());
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("# TYPE ")) present.insert(line.substr(7));
  }
  EXPECT_THAT(present, ::testing::ContainerEq(documented));
}

TEST_F(Observability, EveryLogLineHasTheOneFormatAndNoSecret) {
  Call call{.target = "/api/v1/data/people/52998224725/ana@example.com"};
  EXPECT_EQ(system_->call(call).status, 404);
  EXPECT_TRUE(eventually([&] {
    return slurp(system_->home() / "logs" / "api_gateway.log").find("/people/[cpf]/[email]") != std::string::npos;
  }));
  const std::regex format(
      R"~(\{"timestamp":"[-0-9T:.]+Z","level":"(trace|debug|info|warning|error)","service_name":"[a-z_]+",)~"
      R"~("instance":"[a-z_0-9-]+","request_id":"[^"]*","trace_id":"[0-9a-f]*","tenant":"[^"]*","user_id":"[^"]*",)~"
      R"~("message":".*","fields":\{.*\}\})~");
  std::size_t lines = 0;
  for (const app::ServiceEntry& entry : app::service_list()) {
    std::ifstream file(system_->home() / "logs" / (std::string(entry.name) + ".log"));
    for (std::string line; std::getline(file, line); ++lines) {
      ASSERT_LT(line.size(), 8'000u);
      EXPECT_TRUE(std::regex_match(line, format)) << line;
      EXPECT_THAT(line, Not(::testing::HasSubstr("52998224725")));
      EXPECT_THAT(line, Not(::testing::HasSubstr("ana@example.com")));
    }
  }
  EXPECT_GT(lines, 100u);
}

TEST_F(Observability, TheLogLevelChangesByCommand) {
  EXPECT_EQ(system_->valion({"log-level", "error", "--service", "geospatial_service"}).code, 0);
  EXPECT_THAT(system_->valion({"log-level"}).output, ::testing::ContainsRegex("geospatial_service-[0-9a-f]+ +error"));
  EXPECT_EQ(system_->valion({"log-level", "info"}).code, 0);
  EXPECT_EQ(system_->valion({"log-level", "--service", "no_such_service"}).code, 1);
}

TEST_F(Observability, HealthTellsByExitCode) {
  EXPECT_EQ(system_->valion({"health", system_->gateway() + "/health/ready"}).code, 2) << "it takes no --home";
  EXPECT_EQ(run({valion_binary(), "health", system_->gateway() + "/health/ready"}).code, 0);
  EXPECT_EQ(run({valion_binary(), "health", system_->gateway() + "/nowhere"}).code, 1);
  EXPECT_EQ(run({valion_binary(), "health", "http://127.0.0.1:1/health"}).code, 1);
}

}  // namespace
}  // namespace valion::functional

// Prometheus' consul_sd_configs find our services through the registry and scrape them.
//
// Debian builds its Prometheus (2.42) without Consul's discovery: «field consul_sd_configs not found». So VictoriaMetrics stands in,
// which reads the same scrape_configs, speaks Consul's protocol with a client of its own, and answers the same queries.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/service_list.hpp"
#include "functional/instances.hpp"
#include "functional/prometheus_server.hpp"
#include "functional/running_system.hpp"
#include "platform/http/client.hpp"
#include "platform/redis/private_server.hpp"
#include "platform/redis/test_loop.hpp"

namespace valion::functional {
namespace {

using namespace std::chrono_literals;

// VictoriaMetrics as a process of our own, on a free port, in a temporary folder; dies with the test.
class ScrapingServer {
 public:
  explicit ScrapingServer(const std::string& configuration) : port_(testing::free_port()) {
    const auto file = folder_.write("scrape.yml", configuration);
    const std::vector<std::string> command{
        source_file("build/packages/victoria-metrics/usr/bin/victoria-metrics").string(),
        "-promscrape.config=" + file.string(),
        "-storageDataPath=" + (folder_.path() / "data").string(),
        "-httpListenAddr=127.0.0.1:" + std::to_string(port_),
        "-promscrape.consulSDCheckInterval=1s",
        "-search.latencyOffset=0s",
        "-loggerLevel=WARN",
    };
    process_ = std::make_unique<testing::ServerProcess>(command, folder_.path() / "log");
    if (!eventually([&] { return get("/health").has_value(); })) throw std::runtime_error("silent: " + log());
  }
  Result<std::string> get(const std::string& target) {
    http::ClientRequest request;
    request.port = port_;
    request.target = target;
    auto answer = loop_.run(http::fetch(client_, std::move(request)));
    if (!answer) return fail(std::move(answer).error());
    return std::move(answer->body);
  }
  // Series in the answer of a query.
  std::size_t samples(const std::string& promql) {
    const Result<std::string> answer = get("/api/v1/query?query=" + PrometheusServer::percent_encoded(promql));
    std::size_t found = 0;
    if (!answer) return found;
    for (auto at = answer->find("\"metric\":"); at != std::string::npos; at = answer->find("\"metric\":", at + 1)) {
      ++found;
    }
    return found;
  }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string log() const { return slurp(folder_.path() / "log"); }

 private:
  TemporaryFolder folder_;
  std::uint16_t port_;
  testing::TestLoop loop_;
  http::Client client_{loop_.executor()};
  std::unique_ptr<testing::ServerProcess> process_;
};

class PrometheusDiscovery : public ::testing::Test {
 protected:
  std::int64_t port_of(const std::string& service) {
    const std::vector<InstancePlace> instances = instances_of(system_, service);
    if (!instances.empty()) return instances.front().port;
    throw std::runtime_error("no instance of " + service);
  }
  std::string token() const {
    std::string text = slurp(system_.home() / "secrets" / "registry.token");
    text.erase(text.find_last_not_of('\n') + 1);
    return text;
  }
  Answer put(const std::string& target, const std::string& body) {
    testing::TestLoop loop;
    http::Client client(loop.executor());
    http::ClientRequest request;
    request.port = static_cast<std::uint16_t>(registry_);
    request.method = http::Method::put;
    request.target = target;
    request.headers.set("X-Consul-Token", token());
    request.body = body;
    const auto answer = loop.run(http::fetch(client, std::move(request)));
    return {answer ? answer->status : 0, "", answer ? answer->body : answer.error().message, {}};
  }
  // Twice: as anybody on this machine, and with the token as operators elsewhere would.
  std::string configuration() const {
    const std::string server = "127.0.0.1:" + std::to_string(registry_);
    const std::string relabel =
        "    relabel_configs:\n"
        "      - {source_labels: [__meta_consul_service], target_label: service_name}\n"
        "      - {source_labels: [__meta_consul_service_metadata_version], target_label: version}\n";
    return "global: {scrape_interval: 1s}\nscrape_configs:\n"
           "  - job_name: open\n    consul_sd_configs: [{server: '" +
           server + "'}]\n" + relabel + "  - job_name: token\n    consul_sd_configs: [{server: '" + server +
           "', token: '" + token() + "', tags: ['" + version_ + "']}]\n" + relabel;
  }

  RunningSystem system_;
  std::int64_t registry_ = port_of("service_registry");
  std::string version_ = [this] {
    std::string text = system_.valion({"--version"}).output;
    text.erase(text.find_last_not_of(" \n") + 1);
    return text.substr(text.rfind(' ') + 1);
  }();
};

TEST_F(PrometheusDiscovery, FindsAndScrapesEveryService) {
  ScrapingServer prometheus(configuration());
  for (const app::ServiceEntry& entry : app::service_list()) {
    const std::string name(entry.name);
    for (const char* job : {"open", "token"}) {
      const std::string up = R"(up{job=")" + std::string(job) + R"(",service_name=")" + name + R"("} == 1)";
      EXPECT_TRUE(eventually([&] { return prometheus.samples(up) == 1; })) << up << "\n" << prometheus.log();
    }
  }
  EXPECT_TRUE(
      eventually([&] { return prometheus.samples("http_requests_total{service_name=\"service_registry\"}") > 0; }));
  EXPECT_EQ(prometheus.samples(R"(up{version=")" + version_ + R"("} == 1)"), 2 * app::service_list().size());

  // A service that is not ours comes and goes: the scraping server itself, say.
  const std::string port = std::to_string(prometheus.port());
  const Answer registered = put("/v1/agent/service/register", R"({"Name": "victoria", "Port": )" + port +
                                                                  R"(, "Check": {"HTTP": "http://127.0.0.1:)" + port +
                                                                  R"(/health", "Interval": "1s"}})");
  ASSERT_EQ(registered.status, 200) << registered.body;
  const std::string up = R"(up{job="open",service_name="victoria"} == 1)";
  EXPECT_TRUE(eventually([&] { return prometheus.samples(up) == 1; })) << prometheus.log();
  ASSERT_EQ(put("/v1/agent/service/deregister/victoria", "").status, 200);
  EXPECT_TRUE(eventually([&] { return prometheus.samples(up) == 0; }));
  EXPECT_EQ(prometheus.log(), "");
}

}  // namespace
}  // namespace valion::functional

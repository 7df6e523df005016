// For tests: Debian's `prometheus` (2.42) as a process of our own, on a free port, in a temporary folder; dies with the test.
// Debian's own unit would take port 9090 and is never started.
//
//   PrometheusServer prometheus("scrape_configs: [...]");   // the whole YAML document; rule files by absolute path
//   prometheus.query("up == 1")                             // the JSON document of /api/v1/query
//   prometheus.samples("up{job=\"valion\"}")                // how many series the answer has
#pragma once

#include <cctype>
#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "platform/http/client.hpp"
#include "platform/redis/free_port.hpp"
#include "platform/redis/private_server.hpp"
#include "platform/redis/test_loop.hpp"

namespace valion::functional {

class PrometheusServer {
 public:
  // Waits until it is ready, at most ten seconds; throws with its log when it ends or stays silent.
  explicit PrometheusServer(const std::string& configuration) : port_(testing::free_port()) {
    const auto file = folder_.path() / "prometheus.yml";
    std::ofstream(file) << configuration;
    const std::vector<std::string> command{
        "/usr/bin/prometheus",
        "--config.file=" + file.string(),
        "--storage.tsdb.path=" + (folder_.path() / "data").string(),
        "--web.listen-address=127.0.0.1:" + std::to_string(port_),
        "--web.enable-lifecycle",
        "--log.level=warn",
    };
    process_ = std::make_unique<testing::ServerProcess>(command, log_file());
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!get("/-/ready")) {
      if (std::chrono::steady_clock::now() > give_up) throw std::runtime_error("prometheus is not ready: " + log());
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  // The answer of a GET; an Error for a failing status (a PromQL error is Prometheus' 400) or a silent server.
  Result<std::string> get(const std::string& target) {
    http::ClientRequest request;
    request.port = port_;
    request.target = target;
    request.timeout = std::chrono::seconds(5);
    auto answer = loop_.run(http::fetch(client_, std::move(request)));
    if (!answer) return fail(std::move(answer).error());
    return std::move(answer->body);
  }
  Result<std::string> query(std::string_view promql) { return get("/api/v1/query?query=" + percent_encoded(promql)); }
  // Series in the answer of a query; 0 also when Prometheus refuses it.
  std::size_t samples(std::string_view promql) {
    const Result<std::string> answer = query(promql);
    if (!answer) return 0;
    std::size_t found = 0;
    for (auto at = answer->find("\"metric\":"); at != std::string::npos; at = answer->find("\"metric\":", at + 1)) {
      ++found;
    }
    return found;
  }
  [[nodiscard]] std::string log() const {
    std::ifstream input(log_file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(input), {}};
  }

  [[nodiscard]] static std::string percent_encoded(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (std::isalnum(byte) != 0) {
        encoded.push_back(c);
      } else {
        encoded.append(1, '%').append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
      }
    }
    return encoded;
  }

 private:
  [[nodiscard]] std::filesystem::path log_file() const { return folder_.path() / "log"; }

  testing::TemporaryFolder folder_;
  std::uint16_t port_;
  testing::TestLoop loop_;
  http::Client client_{loop_.executor()};
  std::unique_ptr<testing::ServerProcess> process_;
};

}  // namespace valion::functional

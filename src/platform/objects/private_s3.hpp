// For tests: an S3 server of our own (tests/objects/s3_server.js) on a free port, with one bucket `valion`. It checks
// every signature.
#pragma once

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "platform/redis/private_server.hpp"

namespace valion::testing {

class PrivateS3 {
 public:
  // With TLS it shows a certificate of its own making, ca_file().
  explicit PrivateS3(bool tls = false) : tls_(tls) {
    std::filesystem::create_directories(folder_.path() / "data");
    std::vector<std::string> command{"/usr/bin/env", "node",
                                     std::string(VALION_SOURCE_DIR) + "/tests/objects/s3_server.js", modules(), data()};
    if (tls) {
      make_certificate();
      command.insert(command.end(), {key_file(), ca_file()});
    }
    process_ = std::make_unique<ServerProcess>(command, log());
    for (int i = 0; i < 3000 && port().empty(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds{10});
    if (port().empty()) throw std::runtime_error("the S3 server did not start; see " + log().string());
  }

  // What its only user has.
  static constexpr const char* kKey = "S3RVER";

  [[nodiscard]] std::string endpoint() const { return (tls_ ? "https://localhost:" : "http://127.0.0.1:") + port(); }
  [[nodiscard]] std::string ca_file() const { return (folder_.path() / "certificate.pem").string(); }
  [[nodiscard]] std::string data() const { return (folder_.path() / "data").string(); }
  // As `objects.url`.
  [[nodiscard]] std::string url(const std::string& prefix) const {
    return "s3://valion/" + prefix + "?endpoint=" + endpoint() + (tls_ ? "&ca=" + ca_file() : "");
  }
  void stop() { process_->end(SIGKILL); }

 private:
  // Where tools/install_npm puts it; installs it the first time.
  static std::string modules() {
    const std::string command = std::string(VALION_SOURCE_DIR) + "/tools/install_npm tests/objects";
    const std::unique_ptr<FILE, int (*)(FILE*)> output(popen(command.c_str(), "r"), pclose);
    char line[1024] = "";
    if (output == nullptr || std::fgets(line, sizeof line, output.get()) == nullptr) {
      throw std::runtime_error(command + " failed");
    }
    std::string text(line);
    text.resize(text.find_last_not_of('\n') + 1);
    return text;
  }
  void make_certificate() {
    std::vector<std::string> command{"/usr/bin/openssl",
                                     "req",
                                     "-x509",
                                     "-newkey",
                                     "ec",
                                     "-pkeyopt",
                                     "ec_paramgen_curve:P-256",
                                     "-nodes",
                                     "-days",
                                     "2",
                                     "-keyout",
                                     key_file(),
                                     "-out",
                                     ca_file(),
                                     "-subj",
                                     "/CN=localhost",
                                     "-addext",
                                     "subjectAltName=DNS:localhost"};
    if (ServerProcess(command, log()).wait() != 0) throw std::runtime_error("openssl failed");
  }
  [[nodiscard]] std::string key_file() const { return (folder_.path() / "key.pem").string(); }
  [[nodiscard]] std::filesystem::path log() const { return folder_.path() / "log"; }
  [[nodiscard]] std::string port() const {
    std::ifstream file(log());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const std::string words = "listening on ";
    const auto at = text.find(words);
    if (at == std::string::npos || text.find('\n', at) == std::string::npos) return "";
    const auto colon = text.find(':', at);
    return text.substr(colon + 1, text.find('\n', at) - colon - 1);
  }

  bool tls_;
  TemporaryFolder folder_;
  std::unique_ptr<ServerProcess> process_;
};

}  // namespace valion::testing

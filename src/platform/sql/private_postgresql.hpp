// For tests: a PostgreSQL of our own in a temporary folder, on a Unix socket only. It refuses to run as root, so that a test
// run as root hands it to an unprivileged user.
#pragma once

#include <signal.h>
#include <unistd.h>

#include <chrono>
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

class PrivatePostgresql {
 public:
  static constexpr const char* kPassword = "open sesame";

  // Throws where PostgreSQL is not installed: a test that needs it fails there, and is never skipped.
  PrivatePostgresql() {
    if (!std::filesystem::exists(binaries() / "initdb")) {
      throw std::runtime_error("PostgreSQL 15 is not installed; run tools/install_packages test");
    }
    if (geteuid() == 0) {
      const passwd* account = getpwnam(user().c_str());
      if (account == nullptr || chown(folder_.path().c_str(), account->pw_uid, account->pw_gid) != 0) {
        throw std::runtime_error("cannot give the folder of PostgreSQL to the user " + user());
      }
    }
    const std::string data = (folder_.path() / "data").string();
    // The password comes through a file that its own user can read: a shell writes it under that user.
    const std::string password_file = (folder_.path() / "password").string();
    run({"/bin/sh", "-c", "umask 077; printf '%s' \"$1\" > \"$2\"", "sh", kPassword, password_file});
    run({binaries() / "initdb", "-D", data, "-U", "valion", "-A", "scram-sha-256", "--pwfile", password_file, "-E",
         "UTF8", "--locale", "C", "--no-sync"});
    const std::vector<std::string> command{binaries() / "postgres",
                                           "-D",
                                           data,
                                           "-k",
                                           folder_.path().string(),
                                           "-h",
                                           "",
                                           "-F",
                                           "-c",
                                           "max_connections=100",
                                           "-c",
                                           "shared_buffers=16MB"};
    // SIGINT is its fast way out: it ends its own processes and leaves neither zombies nor shared memory behind.
    process_ = std::make_unique<ServerProcess>(command, log(), user(), SIGINT);
    // Its socket is there before it lets anybody in: what counts is what it says.
    for (int i = 0; i < 2000 && !says("ready to accept connections"); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
  }

  // As its destructor does. True when it said goodbye in order.
  bool stop() {
    process_->end(SIGINT);
    return says("database system is shut down");
  }

  [[nodiscard]] std::string url(const std::string& password = kPassword) const {
    return "postgresql:host=" + folder_.path().string() + " dbname=postgres user=valion password='" + password + "'";
  }

 private:
  static std::filesystem::path binaries() { return "/usr/lib/postgresql/15/bin"; }
  static std::string user() { return getpwnam("postgres") != nullptr ? "postgres" : "nobody"; }
  [[nodiscard]] std::filesystem::path log() const { return folder_.path() / "log"; }
  [[nodiscard]] bool says(const std::string& words) const {
    std::ifstream file(log());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return text.find(words) != std::string::npos;
  }
  void run(const std::vector<std::string>& command) const {
    if (ServerProcess(command, log(), user()).wait() != 0) throw std::runtime_error(command.front() + " failed");
  }

  TemporaryFolder folder_;
  std::unique_ptr<ServerProcess> process_;
};

}  // namespace valion::testing

#include "app/orchestrator/home.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <boost/describe.hpp>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/date.hpp"
#include "platform/json/described.hpp"

namespace valion::app {
namespace {

struct SetupFile {
  std::string token, expires_at;
};
BOOST_DESCRIBE_STRUCT(SetupFile, (), (token, expires_at))

std::filesystem::path address_file(const std::filesystem::path& home) { return home / "run" / "gateway.url"; }

}  // namespace

Result<HomeLock> HomeLock::take(const std::filesystem::path& home) {
  for (const char* folder : {"", "logs", "redis", "secrets", "db", "services", "cache", "run"}) {
    const std::filesystem::path path = *folder == '\0' ? home : home / folder;
    std::error_code error;
    // A folder that was there before keeps its mode: it may not be ours alone.
    const bool made = std::filesystem::create_directories(path, error);
    if (made && !error) std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
    if (error) {
      return fail(ErrorKind::internal, "cannot prepare " + path.string() + ": " + error.message() +
                                           "; choose another folder with --home or VALION_HOME");
    }
  }
  const std::filesystem::path file = home / "run" / "orchestrator.lock";
  const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail(ErrorKind::internal, "cannot open " + file.string() + ": " + std::strerror(errno));
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    close(descriptor);
    return fail(ErrorKind::conflict, "another orchestrator already runs in " + home.string() +
                                         "; stop it, or choose another folder with --home");
  }
  return HomeLock(descriptor);
}

HomeLock::~HomeLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

HomeLock::HomeLock(HomeLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

void write_gateway_address(const std::filesystem::path& home, const std::string& address) {
  std::ofstream(address_file(home)) << address << '\n';
}

void remove_gateway_address(const std::filesystem::path& home) {
  std::error_code ignored;
  std::filesystem::remove(address_file(home), ignored);
}

std::optional<std::string> read_gateway_address(const std::filesystem::path& home) {
  std::ifstream file(address_file(home));
  std::string address;
  if (!std::getline(file, address) || address.empty()) return std::nullopt;
  return address;
}

std::optional<std::string> read_setup_link(const std::filesystem::path& home, const std::string& address) {
  std::ifstream file(home / "secrets" / "setup.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto setup = json::decode<SetupFile>(text, json::Unknown::ignored);
  if (!setup || setup->expires_at <= utc_timestamp(std::chrono::system_clock::now())) return std::nullopt;
  return address + "/setup?token=" + setup->token;
}

}  // namespace valion::app

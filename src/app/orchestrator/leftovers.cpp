#include "app/orchestrator/leftovers.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <thread>

#include "app/service_list.hpp"

namespace valion::app {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> words_of(const std::filesystem::path& process) {
  std::ifstream file(process / "cmdline", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\0', at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

// `valion ml_service --home HOME …` as we start it, or `redis-server unixsocket:HOME/redis/redis.sock` as Redis renames itself.
bool is_of(const std::filesystem::path& home, const std::vector<std::string>& words) {
  if (words.size() >= 4 && find_service(words[1]) != nullptr) return words[2] == "--home" && words[3] == home.string();
  const std::string socket = (home / "redis" / "redis.sock").string();
  return !words.empty() && words[0].starts_with("redis-server") && words[0].find(socket) != std::string::npos;
}

}  // namespace

std::vector<pid_t> leftovers(const std::filesystem::path& home) {
  std::vector<pid_t> found;
  std::error_code error;
  for (std::filesystem::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (is_of(home, words_of(it->path()))) found.push_back(static_cast<pid_t>(std::atoi(name.c_str())));
  }
  return found;
}

void wait_for_leftovers(const std::filesystem::path& home, std::chrono::milliseconds patience,
                        const std::function<void(const std::string&)>& say) {
  const auto until = std::chrono::steady_clock::now() + patience;
  std::vector<pid_t> left = leftovers(home);
  if (left.empty()) return;
  say(fmt::format("waiting for {} processes of an orchestrator that was killed", left.size()));
  while (!left.empty() && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(20ms);
    left = leftovers(home);
  }
  for (const pid_t process : left) {
    say(fmt::format("process {} did not end in time; killing it", process));
    kill(process, SIGKILL);
  }
  while (!leftovers(home).empty()) std::this_thread::sleep_for(20ms);
}

}  // namespace valion::app

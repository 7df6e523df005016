#include "platform/service/port_owner.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace valion {
namespace {

constexpr std::string_view kListening = "0A";  // TCP_LISTEN in /proc/net/tcp
constexpr std::size_t kShownCommand = 200;

struct Listener {
  std::string inode;
  uid_t user = 0;
};

// Columns: sl, local address:port, remote, state, queues, timer, retransmits, uid, timeout, inode.
std::optional<Listener> listener_in(const char* table, std::uint16_t port) {
  std::ifstream lines(table);
  std::string line;
  std::getline(lines, line);  // the header
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string slot, local, remote, state, queues, timer, retransmits, user, timeout, inode;
    words >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >> inode;
    const auto colon = local.rfind(':');
    if (state != kListening || colon == std::string::npos) continue;
    unsigned number = 0;
    std::from_chars(local.data() + colon + 1, local.data() + local.size(), number, 16);
    if (number == port) return Listener{inode, static_cast<uid_t>(std::strtoul(user.c_str(), nullptr, 10))};
  }
  return std::nullopt;
}

bool holds_socket(const std::filesystem::path& process, const std::string& inode) {
  std::error_code error;
  const std::string wanted = "socket:[" + inode + "]";
  for (std::filesystem::directory_iterator it(process / "fd", error), end; !error && it != end; it.increment(error)) {
    std::error_code unreadable;
    if (std::filesystem::read_symlink(it->path(), unreadable) == wanted) return true;
  }
  return false;
}

pid_t process_with(const std::string& inode) {
  std::error_code error;
  for (std::filesystem::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (holds_socket(it->path(), inode)) return static_cast<pid_t>(std::atoi(name.c_str()));
  }
  return 0;
}

std::string command_line_of(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/cmdline", std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  while (!text.empty() && text.back() == '\0') text.pop_back();
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  return text.substr(0, kShownCommand);
}

std::string user_name(uid_t user) {
  passwd entry{};
  passwd* found = nullptr;
  char buffer[4096];
  if (getpwuid_r(user, &entry, buffer, sizeof buffer, &found) == 0 && found != nullptr) return found->pw_name;
  return std::to_string(user);
}

}  // namespace

std::optional<PortOwner> port_owner(std::uint16_t port) {
  auto listener = listener_in("/proc/net/tcp", port);
  if (!listener) listener = listener_in("/proc/net/tcp6", port);
  if (!listener) return std::nullopt;
  PortOwner owner;
  owner.user = user_name(listener->user);
  owner.process = process_with(listener->inode);
  if (owner.process != 0) owner.command_line = command_line_of(owner.process);
  return owner;
}

std::string port_owner_text(std::uint16_t port) {
  const auto owner = port_owner(port);
  if (!owner) return "";
  if (owner->process == 0) return "a process of user " + owner->user;
  return "process " + std::to_string(owner->process) + " (user " + owner->user + "): " + owner->command_line;
}

}  // namespace valion

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "app/orchestrator/control.hpp"

namespace valion::app {
namespace {

class Connection {
 public:
  explicit Connection(const std::filesystem::path& path) : descriptor_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.string().size() >= sizeof address.sun_path) return;
    std::strcpy(address.sun_path, path.c_str());
    open_ = connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Connection() { close(descriptor_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] bool open() const noexcept { return open_; }
  bool write_line(const std::string& line) {
    const std::string text = line + "\n";
    return send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  std::optional<std::string> read_line() {
    for (;;) {
      const auto end = buffer_.find('\n');
      if (end != std::string::npos) {
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return line;
      }
      char piece[4096];
      const ssize_t got = read(descriptor_, piece, sizeof piece);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return std::nullopt;
      buffer_.append(piece, static_cast<std::size_t>(got));
    }
  }

 private:
  int descriptor_;
  bool open_ = false;
  std::string buffer_;
};

}  // namespace

Result<ControlAnswer> ask_orchestrator(const std::filesystem::path& home, const ControlRequest& request,
                                       const std::function<void(const std::string&)>& on_say) {
  Connection connection(control_socket(std::filesystem::absolute(home).lexically_normal()));
  if (!connection.open() || !connection.write_line(json::encode(request))) {
    return fail(ErrorKind::unavailable,
                "no orchestrator runs in " + home.string() + "; start `valion orchestrator`, or name its --home");
  }
  while (const auto line = connection.read_line()) {
    VALION_TRY_ASSIGN(ControlAnswer answer, json::decode<ControlAnswer>(*line, json::Unknown::ignored));
    if (answer.error) return fail(ErrorKind::conflict, *answer.error);
    if (!answer.say) return answer;
    on_say(*answer.say);
  }
  return fail(ErrorKind::unavailable, "the orchestrator ended before it had answered");
}

}  // namespace valion::app

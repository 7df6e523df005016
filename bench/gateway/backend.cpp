// bench_backend PORT: one epoll thread on loopback that answers every request with the same 500 bytes of JSON, keep-alive, pipelined.
//
// Only for bench/gateway: it trusts its callers, reads Content-Length and nothing else, and must cost less than any gateway. Answers
// may be cached for an hour when the path begins with /cached.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr int kOn = 1;
constexpr std::size_t kBody = 500;  // bytes

std::string make_answer(std::string_view fields) {
  std::string body = R"({"value":512345.67,"interval":[480000.1,545000.9],"pad":")";
  body += std::string(kBody - body.size() - 2, 'x') + "\"}";
  std::string answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
  answer.append(std::to_string(body.size())).append("\r\n").append(fields).append("\r\n").append(body);
  return answer;
}

// The length of the body that follows `head`; our load generators write the field in this case.
std::size_t body_length(std::string_view head) {
  constexpr std::string_view kName = "\r\nContent-Length: ";
  const auto found = head.find(kName);
  if (found == std::string_view::npos) return 0;
  std::size_t length = 0;
  std::from_chars(head.data() + found + kName.size(), head.data() + head.size(), length);
  return length;
}

struct Connection {
  std::string in, out;
};

struct Answers {
  std::string plain = make_answer("");
  std::string cacheable = make_answer("Cache-Control: public, max-age=3600\r\n");
};

// Takes whole requests out of `in`, and appends an answer for each to `out`.
void answer_all(Connection& connection, const Answers& answers) {
  std::size_t done = 0;
  std::string_view left = connection.in;
  for (auto end = left.find("\r\n\r\n"); end != std::string_view::npos; end = left.find("\r\n\r\n")) {
    const std::size_t whole = end + 4 + body_length(left.substr(0, end + 2));
    if (left.size() < whole) break;
    const std::string_view path = left.substr(std::min(left.find(' ') + 1, left.size()));
    connection.out += path.starts_with("/cached") ? answers.cacheable : answers.plain;
    done += whole;
    left.remove_prefix(whole);
  }
  connection.in.erase(0, done);
}

// False: the connection is over.
bool serve(int socket, Connection& connection, const Answers& answers) {
  char buffer[65536];
  const ssize_t received = read(socket, buffer, sizeof buffer);
  if (received == 0 || (received < 0 && errno != EAGAIN)) return false;
  if (received > 0) connection.in.append(buffer, static_cast<std::size_t>(received));
  answer_all(connection, answers);
  if (connection.out.empty()) return true;
  const ssize_t sent = send(socket, connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) return false;
  if (sent > 0) connection.out.erase(0, static_cast<std::size_t>(sent));
  return true;
}

int listen_on(std::uint16_t port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &kOn, sizeof kOn);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(listener, 1024) != 0) {
    std::perror("bench_backend");
    std::exit(1);
  }
  return listener;
}

}  // namespace

int main(int count, char** arguments) {
  std::signal(SIGPIPE, SIG_IGN);
  const int listener = listen_on(static_cast<std::uint16_t>(count > 1 ? std::atoi(arguments[1]) : 0));
  const int poll = epoll_create1(0);
  const auto watch = [poll](int socket) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = socket;
    epoll_ctl(poll, EPOLL_CTL_ADD, socket, &event);
  };
  watch(listener);
  const Answers answers;
  std::vector<Connection> connections;  // by descriptor
  epoll_event events[256];
  while (true) {
    const int ready = epoll_wait(poll, events, 256, -1);
    for (int i = 0; i < ready; ++i) {
      const int socket = events[i].data.fd;
      if (socket != listener) {
        if (serve(socket, connections[static_cast<std::size_t>(socket)], answers)) continue;
        connections[static_cast<std::size_t>(socket)] = {};
        close(socket);
        continue;
      }
      for (int one = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK); one >= 0;
           one = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) {
        setsockopt(one, IPPROTO_TCP, TCP_NODELAY, &kOn, sizeof kOn);
        if (connections.size() <= static_cast<std::size_t>(one)) connections.resize(static_cast<std::size_t>(one) + 1);
        watch(one);
      }
    }
  }
}

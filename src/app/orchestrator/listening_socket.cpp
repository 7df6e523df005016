#include "app/orchestrator/listening_socket.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>

#include <cerrno>
#include <cstring>

#include "platform/service/port_owner.hpp"

namespace valion::app {
namespace {

namespace ip = boost::asio::ip;

tl::unexpected<Error> cannot_listen(const std::string& address, std::uint16_t port) {
  const int reason = errno;
  std::string message = "cannot listen on " + address + ":" + std::to_string(port) + ": ";
  if (reason != EADDRINUSE) return fail(ErrorKind::invalid, message + std::strerror(reason));
  const std::string owner = port_owner_text(port);
  return fail(ErrorKind::conflict, message + "the port is taken" + (owner.empty() ? "" : " by " + owner));
}

}  // namespace

Result<ListeningSocket> ListeningSocket::open(const std::string& address, std::uint16_t port) {
  boost::system::error_code error;
  ip::tcp::endpoint endpoint(ip::make_address(address, error), port);
  if (error) return fail(ErrorKind::invalid, "not an IP address to listen on: " + address);
  const int descriptor = socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return cannot_listen(address, port);
  const int yes = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  ListeningSocket made(descriptor, port);
  if (bind(descriptor, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0 ||
      listen(descriptor, SOMAXCONN) != 0) {
    return cannot_listen(address, port);
  }
  socklen_t size = static_cast<socklen_t>(endpoint.capacity());
  if (getsockname(descriptor, endpoint.data(), &size) != 0) return cannot_listen(address, port);
  made.port_ = endpoint.port();
  return made;
}

ListeningSocket::~ListeningSocket() {
  if (descriptor_ >= 0) close(descriptor_);
}

ListeningSocket& ListeningSocket::operator=(ListeningSocket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(port_, other.port_);
  return *this;
}

}  // namespace valion::app

#include "services/api_gateway/edge/stream.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>

namespace valion::gateway {
namespace {

// Asio tries to read before it waits, unless the last read found the end. That the last read came back short says as much (the
// descriptor is edge-triggered: whatever comes later sets the flag again), but Asio 1.81 has no way to be told. So its flag is
// reached by the one door that the language leaves open: an explicit instantiation may name a private member.
using Descriptor = asio::detail::epoll_reactor::descriptor_state;
using Speculation = bool (Descriptor::*)[asio::detail::epoll_reactor::max_ops];
Speculation speculation() noexcept;
template <Speculation Member>
struct Door {
  friend Speculation speculation() noexcept { return Member; }
};
template struct Door<&Descriptor::try_speculative_>;

struct OpenSocket : Socket {
  static Descriptor* descriptor_of(Socket& socket) noexcept {
    return (socket.*&OpenSocket::impl_).get_implementation().reactor_data_;
  }
};

}  // namespace

void Pieces::remove(std::size_t bytes) noexcept {
  while (bytes > 0 && first_ < count_) {
    iovec& part = parts_[first_];
    if (bytes < part.iov_len) {
      part.iov_base = static_cast<char*>(part.iov_base) + bytes;
      part.iov_len -= bytes;
      return;
    }
    bytes -= part.iov_len;
    ++first_;
  }
}

void FreeSsl::operator()(SSL* ssl) const noexcept { SSL_free(ssl); }

Stream::Stream(Socket socket, SslPointer ssl) : socket_(std::move(socket)), ssl_(std::move(ssl)) {
  boost::system::error_code ignored;
  if (!ssl_) return;
  socket_.native_non_blocking(true, ignored);
  SSL_set_fd(ssl_.get(), socket_.native_handle());
}

Async<bool> Stream::wait_for(int ssl_error) {
  if (ssl_error != SSL_ERROR_WANT_READ && ssl_error != SSL_ERROR_WANT_WRITE) co_return false;
  const auto what = ssl_error == SSL_ERROR_WANT_READ ? Socket::wait_read : Socket::wait_write;
  const auto [error] = co_await socket_.async_wait(what, asio::as_tuple(use_async));
  co_return !error;
}

Async<bool> Stream::shake_hands() {
  if (!ssl_) co_return true;
  for (;;) {
    ERR_clear_error();
    const int done = SSL_accept(ssl_.get());
    if (done == 1) co_return true;
    const bool again = co_await wait_for(SSL_get_error(ssl_.get(), done));
    if (!again) co_return false;
  }
}

Stream::Read Stream::read_some(char* data, std::size_t size) {
  if (ssl_) return read_secure(data, size);
  return socket_.async_read_some(asio::buffer(data, size), asio::as_tuple(use_async));
}

Stream::Read Stream::read_secure(char* data, std::size_t size) {
  for (;;) {
    ERR_clear_error();
    std::size_t got = 0;
    const int done = SSL_read_ex(ssl_.get(), data, size, &got);
    if (done == 1) co_return std::tuple(boost::system::error_code{}, got);
    const int why = SSL_get_error(ssl_.get(), done);
    const bool again = co_await wait_for(why);
    if (again) continue;
    const boost::system::error_code error = why == SSL_ERROR_ZERO_RETURN
                                                ? asio::error::make_error_code(asio::error::eof)
                                                : asio::error::make_error_code(asio::error::connection_reset);
    co_return std::tuple(error, std::size_t{0});
  }
}

void Stream::exhausted() noexcept {
  Descriptor* const descriptor = OpenSocket::descriptor_of(socket_);
  if (descriptor != nullptr) (descriptor->*speculation())[asio::detail::epoll_reactor::read_op] = false;
}

Async<bool> Stream::wait_readable() {
  if (ssl_ && SSL_has_pending(ssl_.get()) == 1) co_return true;
  const auto [error] = co_await socket_.async_wait(Socket::wait_read, asio::as_tuple(use_async));
  co_return !error;
}

bool Stream::is_stale() noexcept {
  char byte = 0;
  const ssize_t got = recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return !(got < 0 && (errno == EAGAIN));  // bytes that nobody asked for are no good sign either
}

bool Stream::has_pending() const noexcept {
  if (ssl_ && SSL_has_pending(ssl_.get()) == 1) return true;
  boost::system::error_code error;
  return socket_.is_open() && socket_.available(error) > 0;
}

Stream::Written Stream::try_write(Pieces& pieces) noexcept {
  if (ssl_) return try_write_secure(pieces);
  while (!pieces.empty()) {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(pieces.data());
    message.msg_iovlen = pieces.count();
    const ssize_t sent = sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return errno == EAGAIN ? Written::some : Written::failed;
    pieces.remove(static_cast<std::size_t>(sent));
  }
  return Written::all;
}

Stream::Written Stream::try_write_secure(Pieces& pieces) noexcept {
  while (!pieces.empty()) {
    ERR_clear_error();
    std::size_t sent = 0;
    const iovec& part = *pieces.data();
    const int done = SSL_write_ex(ssl_.get(), part.iov_base, part.iov_len, &sent);
    if (done != 1) {
      const int why = SSL_get_error(ssl_.get(), done);
      return why == SSL_ERROR_WANT_WRITE || why == SSL_ERROR_WANT_READ ? Written::some : Written::failed;
    }
    pieces.remove(sent);
  }
  return Written::all;
}

Async<bool> Stream::write_rest(Pieces& pieces) {
  for (;;) {
    const Written written = try_write(pieces);
    if (written != Written::some) co_return written == Written::all;
    const auto [error] = co_await socket_.async_wait(Socket::wait_write, asio::as_tuple(use_async));
    if (error) co_return false;
  }
}

void Stream::cancel() noexcept {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Stream::close() noexcept {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void Stream::reset() noexcept {
  boost::system::error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

void Stream::end_of_writing() noexcept {
  if (ssl_) SSL_shutdown(ssl_.get());
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

}  // namespace valion::gateway

#include "services/api_gateway/edge/stream.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace valion::gateway {
namespace {

// The descriptor, no longer Asio's; -1 when there is none.
int released(Socket& socket) {
  boost::system::error_code error;
  if (socket.is_open()) socket.native_non_blocking(true, error);
  const int descriptor = socket.is_open() ? socket.release(error) : -1;
  return error ? -1 : descriptor;
}

std::tuple<boost::system::error_code, std::size_t> ended(boost::system::error_code why) { return {why, 0}; }

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

Stream::Stream(Socket socket, std::shared_ptr<Readiness> readiness, SslPointer ssl)
    : socket_(released(socket)), readiness_(std::move(readiness)), ssl_(std::move(ssl)) {
  if (socket_ < 0) return;
  watched_ = readiness_->watch(socket_);
  if (ssl_) SSL_set_fd(ssl_.get(), socket_);
}

Stream::Stream(Stream&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      readiness_(std::move(other.readiness_)),
      watched_(std::move(other.watched_)),
      ssl_(std::move(other.ssl_)) {}

// After a wait that went wrong nothing of the stream may be touched: it may be gone.
Async<bool> Stream::wait_for(int ssl_error) {
  if (socket_ < 0) co_return false;
  if (ssl_error == SSL_ERROR_WANT_READ) {
    watched_->drained();
    const bool readable = co_await watched_->wait_readable();
    co_return readable;
  }
  if (ssl_error != SSL_ERROR_WANT_WRITE) co_return false;
  watched_->full();
  const bool writable = co_await watched_->wait_writable();
  co_return writable;
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
  for (;;) {
    if (socket_ < 0) co_return ended(asio::error::operation_aborted);
    if (ssl_) break;
    if (watched_->may_read()) {
      const ssize_t got = recv(socket_, data, size, MSG_DONTWAIT);
      if (got > 0) {
        const auto bytes = static_cast<std::size_t>(got);
        if (bytes < size) watched_->drained();
        co_return std::tuple(boost::system::error_code{}, bytes);
      }
      if (got == 0) co_return ended(asio::error::eof);
      if (errno == EINTR) continue;
      if (errno != EAGAIN) co_return ended(asio::error::connection_reset);
      watched_->drained();
    }
    const bool readable = co_await watched_->wait_readable();
    if (!readable) co_return ended(asio::error::operation_aborted);
  }
  const auto read = co_await read_secure(data, size);
  co_return read;
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
    if (why == SSL_ERROR_ZERO_RETURN) co_return ended(asio::error::eof);
    co_return ended(asio::error::connection_reset);
  }
}

Async<bool> Stream::wait_readable() {
  if (socket_ < 0) co_return false;
  if (ssl_ && SSL_has_pending(ssl_.get()) == 1) co_return true;
  const bool readable = co_await watched_->wait_readable();
  co_return readable;
}

bool Stream::is_stale() noexcept {
  char byte = 0;
  const ssize_t got = recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return !(got < 0 && errno == EAGAIN);  // bytes that nobody asked for are no good sign either
}

bool Stream::has_pending() const noexcept {
  if (socket_ < 0) return false;
  if (ssl_ && SSL_has_pending(ssl_.get()) == 1) return true;
  int bytes = 0;
  return ioctl(socket_, FIONREAD, &bytes) == 0 && bytes > 0;
}

Stream::Written Stream::try_write(Pieces& pieces) noexcept {
  if (socket_ < 0) return Written::failed;
  if (ssl_) return try_write_secure(pieces);
  while (!pieces.empty()) {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(pieces.data());
    message.msg_iovlen = pieces.count();
    const ssize_t sent = sendmsg(socket_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
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
    watched_->full();
    const bool writable = co_await watched_->wait_writable();
    if (!writable) co_return false;
  }
}

void Stream::cancel() noexcept {
  if (watched_) watched_->cancel();
}

void Stream::close() noexcept {
  if (socket_ < 0) return;
  readiness_->forget(socket_, *watched_);
  ::close(std::exchange(socket_, -1));
  watched_ = nullptr;
}

void Stream::reset() noexcept {
  const linger at_once{1, 0};
  if (socket_ >= 0) setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void Stream::end_of_writing() noexcept {
  if (socket_ < 0) return;
  if (ssl_) SSL_shutdown(ssl_.get());
  shutdown(socket_, SHUT_WR);
}

}  // namespace valion::gateway

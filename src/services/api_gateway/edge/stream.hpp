// A connection's bytes: a TCP socket, bare or under TLS. Writing tries at once and waits only for what the kernel does not take.
#pragma once

#include <openssl/ossl_typ.h>
#include <sys/uio.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <memory>
#include <string_view>
#include <tuple>

#include "platform/async/async.hpp"
#include "services/api_gateway/edge/readiness.hpp"

namespace valion::gateway {

using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;

// Up to five pieces in one system call; empty ones are no harm. Views: they live until the write has ended.
class Pieces {
 public:
  Pieces(std::string_view a, std::string_view b = {}, std::string_view c = {}, std::string_view d = {},
         std::string_view e = {}) noexcept {
    for (const std::string_view each : {a, b, c, d, e}) {
      if (!each.empty()) parts_[count_++] = {const_cast<char*>(each.data()), each.size()};
    }
  }
  [[nodiscard]] const iovec* data() const noexcept { return parts_.data() + first_; }
  [[nodiscard]] std::size_t count() const noexcept { return count_ - first_; }
  [[nodiscard]] bool empty() const noexcept { return first_ == count_; }
  void remove(std::size_t bytes) noexcept;

 private:
  std::array<iovec, 5> parts_{};
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

struct FreeSsl {
  void operator()(SSL* ssl) const noexcept;
};
using SslPointer = std::unique_ptr<SSL, FreeSsl>;

// Not for two reads, or two writes, at once; one of each is fine.
class Stream {
 public:
  using Read = Async<std::tuple<boost::system::error_code, std::size_t>>;
  enum class Written { all, some, failed };

  // Takes the socket over from Asio.
  Stream(Socket socket, std::shared_ptr<Readiness> readiness, SslPointer ssl = nullptr);
  Stream(Stream&& other) noexcept;
  Stream& operator=(Stream&&) = delete;
  ~Stream() { close(); }

  // The server's side; true when both sides agree. Must come first where there is TLS.
  Async<bool> shake_hands();

  // At least one byte, or an error (asio::error::eof: the peer has said all).
  [[nodiscard]] Read read_some(char* data, std::size_t size);
  // Until there is something to read, without a buffer for it; true unless cancelled or failed.
  Async<bool> wait_readable();
  // Closed or broken while nobody was reading (one system call).
  [[nodiscard]] bool is_stale() noexcept;

  // What the kernel takes now leaves `pieces`.
  [[nodiscard]] Written try_write(Pieces& pieces) noexcept;
  // The rest; false when the peer is gone or cancel() was called.
  Async<bool> write_rest(Pieces& pieces);

  void cancel() noexcept;  // whoever waits gets operation_aborted, not before this returns
  void close() noexcept;
  void reset() noexcept;  // closes so that the peer learns that something was cut off
  void end_of_writing() noexcept;
  [[nodiscard]] bool is_open() const noexcept { return socket_ >= 0; }
  [[nodiscard]] bool secure() const noexcept { return ssl_ != nullptr; }
  [[nodiscard]] bool has_pending() const noexcept;  // bytes that TLS holds already, or that lie in the socket

 private:
  [[nodiscard]] Read read_secure(char* data, std::size_t size);
  [[nodiscard]] Written try_write_secure(Pieces& pieces) noexcept;
  // For what OpenSSL said it wants; false when that was no wish but an end.
  Async<bool> wait_for(int ssl_error);

  int socket_;  // -1: closed
  std::shared_ptr<Readiness> readiness_;
  std::unique_ptr<Watched> watched_;  // null: closed
  SslPointer ssl_;
};

}  // namespace valion::gateway

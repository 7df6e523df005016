// One client's connection: request after request, in order, until somebody wants to stop.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "services/api_gateway/edge/edge.hpp"
#include "services/api_gateway/edge/stream.hpp"
#include "services/api_gateway/message/framing.hpp"
#include "services/api_gateway/message/head.hpp"
#include "services/api_gateway/message/scanner.hpp"

namespace valion::gateway {

// Memory: the block of its buffer and the fields of its head are given back when it has had nothing to do for a second; asleep it
// costs about 3 kB.
class ClientConnection final : public std::enable_shared_from_this<ClientConnection>, public Expiring {
 public:
  ClientConnection(std::shared_ptr<Edge> edge, Stream stream, std::string remote_address);

  // Until the connection has ended; close() ends it early. `self` keeps it alive.
  static Async<void> serve(std::shared_ptr<ClientConnection> self);
  void close() noexcept { stream_.close(); }
  // Between requests, and nothing of another one is on its way: who has just connected gets a moment to say what he wants.
  [[nodiscard]] bool idle() const;
  void expire() override;

  // For the exchange under way:
  [[nodiscard]] Edge& edge() noexcept { return *edge_; }
  [[nodiscard]] Stream& stream() noexcept { return stream_; }
  [[nodiscard]] Buffer& in() noexcept { return in_; }
  [[nodiscard]] RequestHead& head() noexcept { return head_; }
  [[nodiscard]] std::string& out() noexcept { return out_; }
  [[nodiscard]] std::string& target() noexcept { return target_; }
  [[nodiscard]] const std::string& remote_address() const noexcept { return remote_address_; }
  [[nodiscard]] const std::string& counted_address() const noexcept { return counted_address_; }  // of limits
  void allow(std::chrono::milliseconds time) noexcept {
    expired_ = false;
    deadline_.set(time);
  }
  void allow_for_ever() noexcept { deadline_.clear(); }
  [[nodiscard]] bool expired() const noexcept { return expired_; }
  // Writes everything, within the reader's time; false when the client is gone or does not read.
  Async<bool> write(Pieces pieces);

 private:
  enum class Phase { asleep, waiting, head, exchange };
  enum class Next { head, read, sleep, refused, end };

  [[nodiscard]] Next scan(std::size_t got = 0);  // what has come
  [[nodiscard]] Next next_after(const boost::system::error_code& error);
  Async<bool> sleep();
  Async<void> refuse(Refusal refusal);
  Async<void> linger();

  std::shared_ptr<Edge> edge_;
  Stream stream_;
  std::string remote_address_;
  std::string counted_address_;
  Buffer in_;
  RequestScanner scanner_;
  RequestHead head_;
  RequestFraming framing_;
  std::string out_;  // heads of one exchange after the other are written into it
  std::string target_;
  Refusal refusal_;
  Deadline deadline_;
  std::chrono::steady_clock::time_point connected_ = std::chrono::steady_clock::now();
  Phase phase_ = Phase::asleep;
  bool expired_ = false;
  bool served_ = false;
};

}  // namespace valion::gateway

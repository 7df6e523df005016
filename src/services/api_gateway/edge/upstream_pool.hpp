// Connections to the servers behind us, kept open between requests. One per event loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "services/api_gateway/edge/buffer.hpp"
#include "services/api_gateway/edge/deadline_wheel.hpp"
#include "services/api_gateway/edge/stream.hpp"
#include "services/api_gateway/message/head.hpp"
#include "services/api_gateway/message/scanner.hpp"

namespace valion::gateway {

struct PoolSettings {
  std::chrono::milliseconds connect_timeout{2'000};
  std::chrono::milliseconds idle_time{30'000};
  std::size_t idle_per_server = 512;
};

class UpstreamPool;

inline constexpr HeadLimits kAnswerLimits{.bytes = BlockPool::kBlock};

// One connection; lent to one exchange at a time.
class UpstreamConnection final : public Expiring {
 public:
  UpstreamConnection(UpstreamPool& pool, std::string server, Socket socket);

  // Sets the deadline of what comes next: a read or a write of this connection.
  void allow(std::chrono::milliseconds time) noexcept {
    expired_ = false;
    deadline_.set(time);
  }
  void allow_for_ever() noexcept { deadline_.clear(); }
  [[nodiscard]] bool expired() const noexcept { return expired_; }
  void expire() override;

  Stream stream;
  Buffer in;
  ResponseScanner scanner{kAnswerLimits};
  ResponseHead head;
  bool reused = false;  // has carried an exchange before: it may have been closed meanwhile

 private:
  friend class UpstreamPool;
  UpstreamPool& pool_;
  std::string server_;
  Deadline deadline_;
  bool idle_ = false;
  bool expired_ = false;
};

using UpstreamConnectionPointer = std::unique_ptr<UpstreamConnection>;

class UpstreamPool {
 public:
  UpstreamPool(Executor executor, std::shared_ptr<DeadlineWheel> wheel, std::shared_ptr<BlockPool> blocks,
               std::shared_ptr<Readiness> readiness, PoolSettings settings = {});
  ~UpstreamPool();

  // The one to that server that was used last; null when none is idle.
  [[nodiscard]] UpstreamConnectionPointer take(std::string_view id);
  // unavailable (refused, no such host) or timeout. At most `patience`, if that is less than connect_timeout.
  Async<Result<UpstreamConnectionPointer>> connect(std::string id, std::string host, std::uint16_t port,
                                                   std::chrono::milliseconds patience);
  // For the next exchange; it must stand between two answers.
  void give_back(UpstreamConnectionPointer connection);
  [[nodiscard]] std::size_t idle() const noexcept;

 private:
  friend class UpstreamConnection;
  using Idle = std::vector<UpstreamConnectionPointer>;
  void drop_idle(UpstreamConnection& connection);

  Executor executor_;
  std::shared_ptr<DeadlineWheel> wheel_;
  std::shared_ptr<BlockPool> blocks_;
  std::shared_ptr<Readiness> readiness_;
  PoolSettings settings_;
  std::map<std::string, Idle, std::less<>> idle_;  // by the id of the instance
};

}  // namespace valion::gateway

// Redis (RESP2) on Asio sockets, spoken by hiredis' formatter and reader: many coroutines share one pipelined connection.
//
// Reconnects by itself with backoff (50 ms, doubled up to longest_pause). While there is no connection every command answers unavailable at once:
// the caller decides what its degraded mode is. One client per event loop; not thread-safe; destroy it before the loop's
// io_context. A command that gets no answer in time answers timeout and ends the connection, so those behind it answer
// unavailable: whether Redis has carried them out is then unknown. So commands that block (XREAD BLOCK) need a client of their
// own, whose command_timeout is longer than the longest block: one such command at a time, nothing else.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "platform/async/async.hpp"
#include "platform/redis/observer.hpp"
#include "platform/trace/span.hpp"

namespace valion::redis {

struct Settings {
  std::string url = "unix:/run/redis.sock";  // `unix:PATH` or `redis://[user[:password]@]host:port[/db]`
  std::chrono::milliseconds command_timeout{2'000};
  // Between two attempts to connect; the last quarter of a pause is random.
  std::chrono::milliseconds longest_pause{500};
  std::shared_ptr<Observer> observer;  // may be null
};

struct Reply {
  enum class Kind { nil, text, integer, array };
  Kind kind = Kind::nil;
  std::string text;  // also the status of +OK
  std::int64_t integer = 0;
  std::vector<Reply> elements;
};

class Client {
 public:
  // Connects in the background. Throws std::invalid_argument for a URL of another form («cannot start»).
  Client(Executor executor, Settings settings);
  ~Client();  // closes; pending commands answer cancelled
  // Arguments are sent as they are (binary safe). An error reply of Redis, also one inside an array > ErrorKind::internal
  // with its text. Never resumes the caller inline.
  // A span named like the command below `parent` when that records.
  Async<Result<Reply>> command(std::vector<std::string> arguments, trace::Parent parent = {});
  [[nodiscard]] bool connected() const noexcept;
  // Waits until connected, at most `patience`; false if not.
  Async<bool> wait_connected(std::chrono::milliseconds patience);
  void close();
  [[nodiscard]] const Settings& settings() const noexcept;  // as given: for a second client of the same Redis

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace valion::redis

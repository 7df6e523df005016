// The Redis protocol (RESP2) through hiredis' formatter and reader; no sockets here.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "platform/redis/redis.hpp"

struct redisReader;

namespace valion::redis {

// The bytes of one command; arguments may hold any bytes.
[[nodiscard]] std::string to_resp(const std::vector<std::string>& arguments);

// Turns what arrives, in pieces of any size, into replies. Not thread-safe.
class ReplyReader {
 public:
  ReplyReader();

  void add(std::string_view bytes);
  // The next whole reply, which for an error reply (also one inside an array) is an Error of kind internal; nothing when
  // more bytes are needed; bad_gateway when the peer does not speak the protocol.
  [[nodiscard]] Result<std::optional<Result<Reply>>> next();

 private:
  struct Free {
    void operator()(redisReader* reader) const noexcept;
  };
  std::unique_ptr<std::string> error_;  // the first of the reply being read; its address is known to the reader
  std::unique_ptr<redisReader, Free> reader_;
};

}  // namespace valion::redis

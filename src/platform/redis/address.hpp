// Where a Redis is, from its URL: `unix:PATH` or `redis://[user[:password]@]host[:port][/db]` (parts percent-encoded).
#pragma once

#include <cstdint>
#include <string>

namespace valion::redis {

struct Address {
  std::string path;  // of a Unix socket; empty: TCP
  std::string host;
  std::uint16_t port = 6379;
  std::string user;
  std::string password;
  int database = 0;
  std::string shown;  // for messages: without user and password

  // Throws std::invalid_argument («cannot start»), never repeating the password.
  [[nodiscard]] static Address parse(const std::string& url);
};

}  // namespace valion::redis

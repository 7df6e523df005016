// One client's connection: request after request until somebody wants to stop. Internal to the server.
#pragma once

#include <memory>

#include "platform/http/body_stream.hpp"
#include "platform/http/server.hpp"

namespace valion::http {

// What all connections of a server share; owned by the server, outlives its connections by shared ownership.
struct ServerShared {
  ServerSettings settings;
  const Router& router;
  Around around;
  std::shared_ptr<Deadlines> deadlines;
  bool draining = false;
};

class ServerConnection : public std::enable_shared_from_this<ServerConnection> {
 public:
  virtual ~ServerConnection() = default;
  virtual Async<void> serve() = 0;
  virtual void close() = 0;
  [[nodiscard]] virtual bool idle() const = 0;  // between requests
};

[[nodiscard]] std::shared_ptr<ServerConnection> make_connection(std::shared_ptr<ServerShared> shared, Socket socket);

}  // namespace valion::http

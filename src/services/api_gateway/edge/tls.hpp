// Certificate and key of the public port (TLS 1.2 and 1.3, OpenSSL), read again when the files change.
#pragma once

#include <openssl/ossl_typ.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "services/api_gateway/edge/stream.hpp"

namespace valion::gateway {

struct TlsFiles {
  std::filesystem::path certificate;  // PEM, the chain behind it
  std::filesystem::path key;          // PEM
};

// On one event loop.
class TlsContext {
 public:
  // Throws std::runtime_error («cannot start») when the files are not a certificate and its key.
  explicit TlsContext(TlsFiles files);
  ~TlsContext();

  // For a new connection, with what was read last. Connections that stand keep what they began with.
  [[nodiscard]] SslPointer accept() const;
  // Reads the files if one of them has changed (or `anyway`); true: others are in force now. An error leaves the old ones in force.
  Result<bool> reload(bool anyway = false);

 private:
  struct FreeContext {
    void operator()(SSL_CTX* context) const noexcept;
  };
  using ContextPointer = std::unique_ptr<SSL_CTX, FreeContext>;
  [[nodiscard]] Result<ContextPointer> read() const;
  [[nodiscard]] std::string stamp() const;

  TlsFiles files_;
  ContextPointer context_;
  std::string stamp_;  // of the files that are in force
};

}  // namespace valion::gateway

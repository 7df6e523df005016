#include "services/api_gateway/edge/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <stdexcept>

namespace valion::gateway {
namespace {

std::string last_words() {
  const unsigned long code = ERR_get_error();
  char text[256] = "no reason given";
  if (code != 0) ERR_error_string_n(code, text, sizeof text);
  return text;
}

// HTTP/1.1 is all we speak: a client that offers other protocols as well is told so.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* length, const unsigned char* offered,
                    unsigned int offered_length, void*) {
  static constexpr unsigned char kOurs[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(&chosen, length, kOurs, sizeof kOurs, offered, offered_length);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

std::string stamp_of(const std::filesystem::path& file) {
  struct stat seen {};
  if (stat(file.c_str(), &seen) != 0) return "absent";
  return std::to_string(seen.st_ino) + "/" + std::to_string(seen.st_size) + "/" + std::to_string(seen.st_mtim.tv_sec) +
         "." + std::to_string(seen.st_mtim.tv_nsec);
}

}  // namespace

void TlsContext::FreeContext::operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }

TlsContext::TlsContext(TlsFiles files) : files_(std::move(files)) {
  const Result<bool> loaded = reload(true);
  if (!loaded) throw std::runtime_error(loaded.error().message);
}

TlsContext::~TlsContext() = default;

SslPointer TlsContext::accept() const { return SslPointer(SSL_new(context_.get())); }

std::string TlsContext::stamp() const { return stamp_of(files_.certificate) + " " + stamp_of(files_.key); }

Result<bool> TlsContext::reload(bool anyway) {
  const std::string seen = stamp();
  if (!anyway && seen == stamp_) return false;
  stamp_ = seen;  // also of files that cannot be used: they are complained of once
  VALION_TRY_ASSIGN(context_, read());
  return true;
}

Result<TlsContext::ContextPointer> TlsContext::read() const {
  ERR_clear_error();
  ContextPointer made(SSL_CTX_new(TLS_server_method()));
  if (!made) return fail(ErrorKind::internal, "OpenSSL makes no context: " + last_words());
  SSL_CTX* const context = made.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  // Forward secrecy and authenticated encryption only; those of TLS 1.3 are all of that kind.
  SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  if (SSL_CTX_use_certificate_chain_file(context, files_.certificate.c_str()) != 1) {
    return fail(ErrorKind::invalid, "cannot use the certificate " + files_.certificate.string() + ": " + last_words());
  }
  if (SSL_CTX_use_PrivateKey_file(context, files_.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return fail(ErrorKind::invalid, "cannot use the key " + files_.key.string() + ": " + last_words());
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return fail(ErrorKind::invalid, files_.key.string() + " is not the key of " + files_.certificate.string());
  }
  return made;
}

}  // namespace valion::gateway

// Certificates of the public port, with real clients.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "services/api_gateway/edge/tls.hpp"

namespace valion::gateway {
namespace {

using ::testing::HasSubstr;

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() : folder_(std::filesystem::temp_directory_path() / ("valion_tls_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
    make_certificate("first");
  }
  ~TlsTest() override { std::filesystem::remove_all(folder_); }

  void make_certificate(const std::string& name) const {
    const std::string made =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=" + name + " -keyout " +
        (folder_ / "new.key").string() + " -out " + (folder_ / "new.pem").string() + " 2>/dev/null";
    ASSERT_EQ(std::system(made.c_str()), 0);  // NOLINT: a fixed command of ours
    std::filesystem::rename(folder_ / "new.pem", folder_ / "tls.pem");
    std::filesystem::rename(folder_ / "new.key", folder_ / "tls.key");
  }
  [[nodiscard]] TlsFiles files() const { return {folder_ / "tls.pem", folder_ / "tls.key"}; }

  // Shakes hands over a pair of sockets, in turn; the name in the certificate that the client saw, empty when it did not work out.
  static std::string name_seen(const TlsContext& tls, int newest = TLS1_3_VERSION) {
    SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_max_proto_version(context, newest);
    SSL* const client = SSL_new(context);
    const SslPointer server = tls.accept();
    BIO* one = nullptr;
    BIO* other = nullptr;
    BIO_new_bio_pair(&one, 0, &other, 0);
    SSL_set_bio(client, one, one);
    SSL_set_bio(server.get(), other, other);
    bool done = false;
    for (int turn = 0; turn < 20 && !done; ++turn) {
      const int heard = SSL_connect(client);
      const int said = SSL_accept(server.get());
      done = heard == 1 && said == 1;
    }
    std::string name;
    if (X509* seen = done ? SSL_get_peer_certificate(client) : nullptr) {
      char text[64] = {};
      X509_NAME_get_text_by_NID(X509_get_subject_name(seen), NID_commonName, text, sizeof text);
      name = text;
      X509_free(seen);
    }
    SSL_free(client);
    SSL_CTX_free(context);
    ERR_clear_error();
    return name;
  }

  std::filesystem::path folder_;
};

TEST_F(TlsTest, SpeaksTls12And13AndNothingOlder) {
  const TlsContext tls(files());
  EXPECT_EQ(name_seen(tls, TLS1_3_VERSION), "first");
  EXPECT_EQ(name_seen(tls, TLS1_2_VERSION), "first");
  EXPECT_EQ(name_seen(tls, TLS1_1_VERSION), "");
}

TEST_F(TlsTest, ServesARenewedCertificateToWhoComesNext) {
  TlsContext tls(files());
  const SslPointer begun = tls.accept();
  EXPECT_EQ(tls.reload().value(), false) << "nothing has changed";
  make_certificate("second");
  EXPECT_EQ(tls.reload().value(), true);
  EXPECT_EQ(name_seen(tls), "second");
}

TEST_F(TlsTest, KeepsWhatIsInForceWhenTheNewFilesAreNoPair) {
  TlsContext tls(files());
  std::filesystem::copy_file(folder_ / "tls.key", folder_ / "old.key");
  make_certificate("second");
  std::filesystem::rename(folder_ / "old.key", folder_ / "tls.key");
  const Result<bool> refused = tls.reload();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("tls.key"));
  EXPECT_EQ(name_seen(tls), "first");
  EXPECT_EQ(tls.reload().value(), false) << "it is complained of once";
}

TEST_F(TlsTest, DoesNotStartWithoutACertificate) {
  EXPECT_THROW(TlsContext({folder_ / "absent.pem", folder_ / "absent.key"}), std::runtime_error);
}

}  // namespace
}  // namespace valion::gateway

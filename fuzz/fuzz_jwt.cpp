// Any bytes as a client's access token; and, cut at the first line end, as a header and a payload under a good signature, so that
// what lies behind the signature is reached too.
#include "fuzz/harness.hpp"
#include "platform/auth/access_token.hpp"
#include "platform/auth/base64url.hpp"

namespace valion::fuzz {
namespace {

const auth::Ed25519Key& key() {
  static const auth::Ed25519Key made = auth::Ed25519Key::from_seed(std::string(32, '\7'));
  return made;
}

void read(std::string_view token) {
  static const Result<auth::PublicKey> opened = auth::PublicKey::ed25519(key().point());
  const auto parsed = auth::parse_token(token);
  if (!parsed || !auth::is_signed_by(*opened, *parsed)) return;
  const auto now = std::chrono::system_clock::from_time_t(1'795'000'000);
  (void)auth::read_access_claims(*parsed, auth::Expected{"valion", "valion"}, now);
}

}  // namespace

void feed(std::string_view bytes) {
  read(bytes);
  const std::size_t end = bytes.find('\n');
  if (end == std::string_view::npos) return;
  const std::string message =
      auth::to_base64url(bytes.substr(0, end)) + "." + auth::to_base64url(bytes.substr(end + 1));
  read(message + "." + auth::to_base64url(key().sign(message)));
}

}  // namespace valion::fuzz

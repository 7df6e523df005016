// Any bytes as a bearer token, an Authorization field and a traceparent.
#include <filesystem>

#include "fuzz/harness.hpp"
#include "platform/auth/token.hpp"
#include "platform/trace/context.hpp"

void valion::fuzz::feed(std::string_view bytes) {
  static const auth::SigningKey key =
      auth::SigningKey::load_or_create(std::filesystem::temp_directory_path() / "valion-fuzz.key");
  (void)auth::verify_token(key, {}, bytes, std::chrono::system_clock::now());
  (void)auth::bearer(bytes);
  (void)trace::parse_traceparent(bytes);
}

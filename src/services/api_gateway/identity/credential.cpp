#include "platform/auth/token.hpp"
#include "services/api_gateway/identity/authenticator.hpp"

namespace valion::gateway {
namespace {

constexpr std::string_view kKeyField = "X-API-Key";
constexpr std::string_view kTokenField = "Authorization";

struct Given {
  std::optional<std::string_view> key, token;
  bool twice = false;

  void take(std::string_view name, std::string_view value) {
    std::optional<std::string_view>* const place =
        same_name(name, kKeyField) ? &key : (same_name(name, kTokenField) ? &token : nullptr);
    if (place == nullptr) return;
    twice = twice || place->has_value();
    *place = value;
  }
  [[nodiscard]] Result<std::string_view> credential() const {
    // Two readers may each believe another one.
    if (twice) return fail(ErrorKind::unauthenticated, "send one credential: X-API-Key or Authorization stands twice");
    if (key && !key->empty()) return *key;
    return auth::bearer(token.value_or(""));
  }
};

}  // namespace

Result<std::string_view> credential_of(const Fields& fields) {
  Given given;
  for (const Field& field : fields) given.take(field.name, field.value);
  return given.credential();
}

Result<std::string_view> credential_of(const http::Headers& headers) {
  Given given;
  for (const auto& [name, value] : headers) given.take(name, value);
  return given.credential();
}

}  // namespace valion::gateway

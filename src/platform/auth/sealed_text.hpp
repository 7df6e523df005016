// Secrets at rest: XChaCha20-Poly1305 (libsodium) under a key derived from a key file, for one purpose each.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "platform/auth/token.hpp"

namespace valion::auth {

// base64url of nonce and ciphertext. `bound_to`: what stands beside it in the clear and must not be exchanged.
[[nodiscard]] std::string seal(const SigningKey& key, std::string_view purpose, std::string_view bound_to,
                               std::string_view secret);
// Nothing when it was sealed under another key, for another purpose, or beside something else, or was changed.
[[nodiscard]] std::optional<std::string> unseal(const SigningKey& key, std::string_view purpose,
                                                std::string_view bound_to, std::string_view sealed);

}  // namespace valion::auth

// Argon2id password hashes through libsodium (19 MiB, 2 passes: OWASP's floor), self-describing. CPU-bound: 16–30 ms.
#pragma once

#include <string>
#include <string_view>

namespace valion::auth {

[[nodiscard]] std::string hash_password(std::string_view password);  // throws std::runtime_error when memory is short
[[nodiscard]] bool verify_password(const std::string& hash, std::string_view password) noexcept;
// Made with other parameters than hash_password's, or not one of ours: make a new one when the password is at hand.
[[nodiscard]] bool needs_rehash(const std::string& hash) noexcept;
// URL-safe random text of `bytes` random bytes, for credentials and ids.
[[nodiscard]] std::string random_text(std::size_t bytes);

}  // namespace valion::auth

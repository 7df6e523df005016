// HMAC with SHA-256 (RFC 2104), the signature of HS256 (RFC 7518 section 3.2), through OpenSSL.
#pragma once

#include <string>
#include <string_view>

namespace valion::auth {

// 32 bytes. Throws std::bad_alloc when OpenSSL has no memory.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view message);
// In time that depends on the lengths only.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

}  // namespace valion::auth

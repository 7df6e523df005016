// Who may use the registry's routes; the rule stands in contracts/registry.hpp.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "platform/auth/token.hpp"
#include "platform/http/message.hpp"

namespace valion::registry {

enum class Access { read, write };

// The text of the file, or a new one in it (0600). Of several processes that start at once one token wins. An Error when it
// cannot be made or read, or when others may read it.
[[nodiscard]] Result<std::string> load_or_create_token(const std::filesystem::path& file);

[[nodiscard]] bool is_loopback(std::string_view address) noexcept;

// unauthenticated or forbidden when the request may not do this.
[[nodiscard]] Result<void> allow(const http::Request& request, Access access, const std::string& token,
                                 const auth::SigningKey& internal_key);

}  // namespace valion::registry

// What the identity routes answer alike.
#pragma once

#include <chrono>
#include <string>

#include "contracts/accounts.hpp"
#include "platform/http/message.hpp"
#include "services/api_gateway/identity/api_key_catalogue.hpp"
#include "services/api_gateway/identity/session_catalogue.hpp"
#include "services/api_gateway/identity/user_catalogue.hpp"

namespace valion::gateway {

inline constexpr std::size_t kSmallBody = 4 << 10;  // bytes

// Whether the caller acts for this tenant: his own, or he belongs to `default`.
[[nodiscard]] bool manages(const Principal& caller, const std::string& tenant);

[[nodiscard]] http::Response no_store(http::Response response);
[[nodiscard]] http::Response no_content();
// 429 with Retry-After.
[[nodiscard]] http::Response too_many_attempts(const http::Request& request, std::chrono::seconds wait);

[[nodiscard]] contracts::UserView view_of(const User& user);
[[nodiscard]] contracts::KeyView view_of(const ApiKey& key);
[[nodiscard]] contracts::SessionView view_of(const Session& session, const std::string& current);
[[nodiscard]] contracts::AuditView view_of(const audit::Record& record);

// The session of the access token that this request was let in with; empty for a key. The token was verified before: it is only read.
[[nodiscard]] std::string session_of(const http::Request& request);

}  // namespace valion::gateway

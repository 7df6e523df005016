// For tests: tokens as the gateway of a home would have signed them, also those that it would not have.
#pragma once

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "platform/redis/test_loop.hpp"
#include "services/api_gateway/identity/access_tokens.hpp"
#include "services/api_gateway/identity/key_ring.hpp"

namespace valion::testing {

// By the ring in the home's own catalogue, issued `age` ago for `lifetime`.
inline std::string signed_token(const std::filesystem::path& home, const Principal& principal,
                                std::chrono::seconds age = {},
                                std::chrono::seconds lifetime = std::chrono::minutes(1)) {
  TestLoop loop;
  sql::Database database("sqlite:" + (home / "services" / "api_gateway" / "catalogue.db").string(), 1);
  const auto key = auth::SigningKey::load_or_create(home / "secrets" / "gateway.key");
  gateway::KeyRing ring(database, key);
  const auto now = std::chrono::system_clock::now();
  const Result<void> read = loop.run(ring.refresh(now));
  if (!read) throw std::runtime_error(read.error().message);
  return gateway::AccessTokens(ring, lifetime).issue(principal, "", now - age).text;
}

}  // namespace valion::testing

// bench_tokens HOME COUNT > FILE: access tokens of COUNT users, one a line, signed by the key ring of the gateway whose home that is.
//
// Only for bench/gateway: signing in ten thousand users would measure argon2id. The gateway must have started once in HOME.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "platform/auth/access_token.hpp"
#include "platform/config/settings.hpp"
#include "services/api_gateway/identity/key_ring.hpp"

namespace {

using namespace valion;
using namespace std::chrono_literals;

auth::AccessClaims claims_of(int number, std::chrono::system_clock::time_point now) {
  auth::AccessClaims claims;
  claims.issuer = "valion";
  claims.audience = auth::kClientAudience;
  claims.principal = {"bench", "user-" + std::to_string(number), {"appraiser"}};
  claims.token_id = "bench-" + std::to_string(number);
  claims.issued_at = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  claims.not_before = claims.issued_at;
  claims.expires_at = claims.issued_at + 3'600;
  return claims;
}

Async<Result<void>> print_tokens(gateway::KeyRing& ring, int count) {
  const auto now = std::chrono::system_clock::now();
  VALION_CO_TRY(co_await ring.refresh(now));
  for (int number = 0; number < count; ++number) std::puts(ring.sign(claims_of(number, now)).c_str());
  co_return Result<void>{};
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fputs("usage: bench_tokens HOME COUNT\n", stderr);
    return 2;
  }
  const std::filesystem::path home = arguments[1];
  Settings settings;
  settings.home = home;
  const auto sealing_key = auth::SigningKey::load_or_create(settings.gateway_key());
  sql::Database database("sqlite:" + (home / "services" / "api_gateway" / "catalogue.db").string());
  gateway::KeyRing ring(database, sealing_key);
  asio::io_context loop{1};
  Result<void> done;
  asio::co_spawn(loop.get_executor(), print_tokens(ring, std::atoi(arguments[2])),
                 [&done](const std::exception_ptr&, Result<void> result) { done = std::move(result); });
  loop.run();
  if (done) return 0;
  std::fprintf(stderr, "bench_tokens: %s\n", done.error().message.c_str());
  return 1;
}

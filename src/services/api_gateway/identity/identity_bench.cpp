// What it costs to know a caller.
#include <benchmark/benchmark.h>

#include "platform/redis/private_server.hpp"
#include "platform/redis/test_loop.hpp"
#include "services/api_gateway/identity/access_tokens.hpp"
#include "services/api_gateway/identity/authenticator.hpp"

namespace valion::gateway {
namespace {

class NoWithdrawals final : public Withdrawals {
 public:
  [[nodiscard]] bool is_withdrawn(const IssuedToken&) const override { return false; }
  [[nodiscard]] std::uint64_t generation() const noexcept override { return 0; }
  Async<Result<void>> refresh() override { co_return Result<void>{}; }
};

struct Gate {
  Gate() {
    static_cast<void>(loop.run(ring.refresh(now)));
    static_cast<void>(loop.run(gate.refresh()));
  }
  std::vector<std::string> tokens(int count) {
    const AccessTokens issuer(ring, std::chrono::hours(1));
    std::vector<std::string> made;
    for (int i = 0; i < count; ++i) {
      made.push_back(
          issuer.issue({"default", "user" + std::to_string(i), {"appraiser"}}, "0123456789abcdef", now).text);
    }
    return made;
  }
  testing::TemporaryFolder folder;
  testing::TestLoop loop;
  sql::Database database{"sqlite:" + (folder.path() / "gateway.db").string()};
  auth::SigningKey key = auth::SigningKey::load_or_create(folder.path() / "gateway.key");
  CpuPool cpu{2, 256};
  KeyRing ring{database, key};
  ApiKeyCatalogue keys{database};
  NoWithdrawals withdrawals;
  Authenticator gate{loop.executor(), {ring, keys, withdrawals, nullptr, cpu, key}};
  Authenticator::Time now = std::chrono::system_clock::now();
};

// The argument: how many tokens are known, each asked for in turn.
void known(benchmark::State& state) {
  Gate gate;
  const std::vector<std::string> tokens = gate.tokens(static_cast<int>(state.range(0)));
  for (const std::string& token : tokens) static_cast<void>(gate.loop.run(gate.gate.verify(token, "", gate.now)));
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(gate.gate.known(tokens[at], gate.now));
    at = at + 1 == tokens.size() ? 0 : at + 1;
  }
}
BENCHMARK(known)->Arg(1)->Arg(10'000);

void unknown(benchmark::State& state) {
  Gate gate;
  const std::string token = gate.tokens(1).front();
  for (auto _ : state) benchmark::DoNotOptimize(gate.gate.known(token, gate.now));
}
BENCHMARK(unknown);

void internal_authorization(benchmark::State& state) {
  Gate gate;
  const auto caller = gate.loop.run(gate.gate.verify(gate.tokens(1).front(), "", gate.now));
  for (auto _ : state) benchmark::DoNotOptimize(gate.gate.internal_authorization(**caller, gate.now).data());
}
BENCHMARK(internal_authorization);

// Coroutines and the loop included, as the gateway meets a new token.
void verify_cold(benchmark::State& state) {
  Gate gate;
  const std::vector<std::string> tokens = gate.tokens(20'000);
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(gate.loop.run(gate.gate.verify(tokens[at], "", gate.now)));
    at = at + 1 == tokens.size() ? 0 : at + 1;
  }
}
BENCHMARK(verify_cold)->Iterations(20'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace valion::gateway

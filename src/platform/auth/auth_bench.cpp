// What signing and checking a token costs.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "platform/auth/access_token.hpp"
#include "platform/auth/test_keys.hpp"
#include "platform/auth/token.hpp"

namespace valion::auth {
namespace {

AccessClaims claims() {
  AccessClaims made;
  made.issuer = made.audience = "valion";
  made.principal = {"default", "ana", {"appraiser"}};
  made.session = "0123456789abcdef";
  made.token_id = "0123456789abcdefghijkl";
  made.issued_at = made.not_before = 1'795'000'000;
  made.expires_at = made.issued_at + 3'600;
  return made;
}

void sign_eddsa(benchmark::State& state) {
  const Ed25519Key key = Ed25519Key::generate();
  const AccessClaims who = claims();
  for (auto _ : state) benchmark::DoNotOptimize(sign_access_token(key, "key", who));
}
BENCHMARK(sign_eddsa)->Unit(benchmark::kMicrosecond);

void verify_eddsa(benchmark::State& state) {
  const Ed25519Key key = Ed25519Key::generate();
  const auto opened = PublicKey::ed25519(key.point());
  const std::string token = sign_access_token(key, "key", claims());
  const auto now = std::chrono::system_clock::from_time_t(1'795'000'000);
  for (auto _ : state) {
    const auto parsed = parse_token(token);
    const bool good = is_signed_by(*opened, *parsed);
    benchmark::DoNotOptimize(good);
    benchmark::DoNotOptimize(read_access_claims(*parsed, Expected{"valion", "valion"}, now));
  }
}
BENCHMARK(verify_eddsa)->Unit(benchmark::kMicrosecond);

void parse_only(benchmark::State& state) {
  const std::string token = sign_access_token(Ed25519Key::generate(), "key", claims());
  for (auto _ : state) benchmark::DoNotOptimize(parse_token(token));
}
BENCHMARK(parse_only)->Unit(benchmark::kMicrosecond);

void signature_eddsa_libsodium(benchmark::State& state) {
  const Ed25519Key key = Ed25519Key::generate();
  const auto opened = PublicKey::ed25519(key.point());
  const std::string message(500, 'x');
  const std::string signature = key.sign(message);
  for (auto _ : state) benchmark::DoNotOptimize(opened->verifies(message, signature));
}
BENCHMARK(signature_eddsa_libsodium)->Unit(benchmark::kMicrosecond);

void signature_eddsa_openssl(benchmark::State& state) {
  const Ed25519Key key = Ed25519Key::generate();
  const std::string point = key.point();
  const std::string message(500, 'x');
  const std::string signature = key.sign(message);
  const auto bytes = [](const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); };
  EVP_PKEY* opened = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(point), point.size());
  for (auto _ : state) {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, opened);
    benchmark::DoNotOptimize(
        EVP_DigestVerify(context, bytes(signature), signature.size(), bytes(message), message.size()));
    EVP_MD_CTX_free(context);
  }
  EVP_PKEY_free(opened);
}
BENCHMARK(signature_eddsa_openssl)->Unit(benchmark::kMicrosecond);

void signature_rs256(benchmark::State& state) {
  const testing::IssuerKey key = testing::IssuerKey::rsa();
  const auto opened = PublicKey::rsa(key.modulus(), key.exponent());
  const std::string message(500, 'x');
  const std::string signature = key.sign(message);
  for (auto _ : state) benchmark::DoNotOptimize(opened->verifies(message, signature));
}
BENCHMARK(signature_rs256)->Unit(benchmark::kMicrosecond);

void signature_es256(benchmark::State& state) {
  const testing::IssuerKey key = testing::IssuerKey::p256();
  const auto opened = PublicKey::p256(key.x(), key.y());
  const std::string message(500, 'x');
  const std::string signature = key.sign(message);
  for (auto _ : state) benchmark::DoNotOptimize(opened->verifies(message, signature));
}
BENCHMARK(signature_es256)->Unit(benchmark::kMicrosecond);

SigningKey internal_key() {
  return SigningKey::load_or_create(std::filesystem::temp_directory_path() / "valion-auth-bench.key");
}

void issue_internal(benchmark::State& state) {
  const SigningKey key = internal_key();
  const TokenSettings settings{kInternalAudience, std::chrono::seconds(60), std::chrono::seconds(5)};
  const Principal who{"default", "ana", {"appraiser"}};
  for (auto _ : state) benchmark::DoNotOptimize(issue_token(key, settings, who, std::chrono::system_clock::now()));
}
BENCHMARK(issue_internal)->Unit(benchmark::kMicrosecond);

void verify_internal(benchmark::State& state) {
  const SigningKey key = internal_key();
  const TokenSettings settings{kInternalAudience, std::chrono::seconds(60), std::chrono::seconds(5)};
  const auto now = std::chrono::system_clock::now();
  const std::string token = issue_token(key, settings, Principal{"default", "ana", {"appraiser"}}, now);
  for (auto _ : state) benchmark::DoNotOptimize(verify_token(key, settings, token, now));
}
BENCHMARK(verify_internal)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace valion::auth

#include "services/api_gateway/limits/redis_leases.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

namespace valion::gateway::limits {

namespace {

// KEYS: the key. ARGV: microseconds a request earns, the most debt, want, need, the debt known to the caller, whether
// it counts in any case. Answers: granted, and the debt afterwards in microseconds.
constexpr const char* kLease = R"(
local clock = redis.call('TIME')
local now = (clock[1] - 1767225600) * 1000000 + clock[2]
local cost, most = tonumber(ARGV[1]), tonumber(ARGV[2])
local want, need = tonumber(ARGV[3]), tonumber(ARGV[4])
local known = redis.call('GET', KEYS[1])
local full = math.max(tonumber(known or now) or now, now)
if not known or ARGV[6] == '1' then full = math.max(full, now + ARGV[5]) end
full = math.min(full, now + most)
local free = math.floor((most - (full - now)) / cost + 0.000001)
local granted = math.min(free, math.min(want, math.max(need, math.floor(free / 8))))
full = full + granted * cost
if full > now then
  redis.call('SET', KEYS[1], string.format('%.3f', full), 'PX', math.ceil((full - now) / 1000))
end
return {granted, math.floor(full - now)}
)";

// KEYS: keys. ARGV: microseconds of debt for each of them.
constexpr const char* kGiveBack = R"(
local clock = redis.call('TIME')
local now = (clock[1] - 1767225600) * 1000000 + clock[2]
for i, key in ipairs(KEYS) do
  local known = tonumber(redis.call('GET', key) or 0) or 0
  local full = known - ARGV[i]
  if full > now then
    redis.call('SET', key, string.format('%.3f', full), 'PX', math.ceil((full - now) / 1000))
  elseif known > 0 then
    redis.call('DEL', key)
  end
end
return #KEYS
)";

// As Redis names scripts.
std::string sha1_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha1(), nullptr);
  std::string hex;
  for (unsigned i = 0; i < length; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

struct Script {
  std::string text;
  std::string name;
  explicit Script(const char* source) : text(source), name(sha1_hex(text)) {}
};

const Script& lease_script() {
  static const Script script(kLease);
  return script;
}

const Script& give_back_script() {
  static const Script script(kGiveBack);
  return script;
}

Async<Result<redis::Reply>> run(redis::Client& client, const Script& script, Send send,
                                std::vector<std::string> arguments) {
  const bool named = send == Send::name;
  std::vector<std::string> command{named ? "EVALSHA" : "EVAL", named ? script.name : script.text};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Result<redis::Reply> reply = co_await client.command(std::move(command));
  if (!reply && named && reply.error().message.find("NOSCRIPT") != std::string::npos) {
    reply = fail(ErrorKind::not_found, "Redis does not know the script");
  }
  co_return reply;
}

std::string name_in_redis(const std::string& prefix, const Key& key) {
  return fmt::format("{}:limit:{}:{}", prefix, key.name, key.subject);
}

std::string microseconds(double nanoseconds) { return fmt::format("{}", nanoseconds / 1e3); }
std::string microseconds(Span span) { return microseconds(static_cast<double>(span.count())); }

}  // namespace

Async<Result<Lease>> lease_from_redis(redis::Client& client, std::string prefix, Key key, LeaseRequest request,
                                      Send send) {
  std::vector<std::string> arguments{"1", name_in_redis(prefix, key)};
  arguments.push_back(microseconds(request.rate.emission()));
  arguments.push_back(microseconds(request.rate.tolerance()));
  arguments.push_back(std::to_string(request.want));
  arguments.push_back(std::to_string(request.need));
  arguments.push_back(microseconds(request.debt));
  arguments.emplace_back(request.debt_counts ? "1" : "0");
  const Result<redis::Reply> reply = co_await run(client, lease_script(), send, std::move(arguments));
  if (!reply) co_return fail(reply.error());
  if (reply->elements.size() != 2 || reply->elements[0].integer < 0 || reply->elements[0].integer > request.want) {
    co_return fail(ErrorKind::bad_gateway, "Redis answered a lease of permits with something else");
  }
  Lease lease;
  lease.granted = static_cast<std::uint32_t>(reply->elements[0].integer);
  lease.debt = std::chrono::microseconds(reply->elements[1].integer);
  co_return lease;
}

Async<Result<void>> give_back_to_redis(redis::Client& client, std::string prefix, std::vector<Unused> unused,
                                       Send send) {
  std::vector<std::string> arguments{std::to_string(unused.size())};
  for (const Unused& lease : unused) arguments.push_back(name_in_redis(prefix, lease.key));
  for (const Unused& lease : unused) arguments.push_back(microseconds(lease.nanoseconds));
  const Result<redis::Reply> reply = co_await run(client, give_back_script(), send, std::move(arguments));
  if (!reply) co_return fail(reply.error());
  co_return Result<void>{};
}

}  // namespace valion::gateway::limits

// Services that are not our processes: registered by PUT, held alive by the leading service_registry, found as all others are.
//
// In Redis: `{p}:external`, a hash id > definition (JSON), and for a TTL check `{p}:ttl:{id}`, leased for the TTL, whose value is what was
// reported (`passing note` or `critical note`); when it is over the service is critical. The leader writes the service's record with
// every heartbeat as long as the definition stands.
#pragma once

#include <boost/describe.hpp>

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "contracts/registry.hpp"
#include "platform/registry/registry.hpp"
#include "platform/registry/scripts.hpp"

namespace valion::registry {

enum class CheckKind { http, tcp, ttl };

struct External {
  Instance instance;
  CheckKind kind = CheckKind::ttl;
  std::string host;  // of HTTP and TCP
  std::uint16_t port = 0;
  std::string target;                          // path and query, of HTTP
  std::chrono::milliseconds interval{10'000};  // of HTTP and TCP; of TTL: the TTL
  std::chrono::milliseconds timeout{10'000};
  std::chrono::milliseconds deregister_after{0};  // of being critical; 0: never
  std::string first_status;                       // passing, critical or empty
};

// Every broken rule with its JSON Pointer. `caller`: the address when the definition has none.
[[nodiscard]] Result<External> external_of(const contracts::ServiceDefinition& definition, const std::string& caller);
[[nodiscard]] std::string encode_external(const External& external);
[[nodiscard]] Result<External> decode_external(std::string_view text);
// The service of `service:{id}` or of a check id that is the service's id.
[[nodiscard]] std::string service_id_of_check(std::string_view check_id);

using Externals = std::map<std::string, External>;  // by id

// The definition and, at once, its record. `settings`: whose keys.
Async<Result<void>> register_external(redis::Client& redis, RegistrySettings settings, External external);
// not_found when there is none of this id.
Async<Result<void>> deregister_external(redis::Client& redis, RegistrySettings settings, std::string id);
// Reports for a TTL check. not_found, or conflict when its check is none.
Async<Result<void>> report_ttl(redis::Client& redis, RegistrySettings settings, std::string id, Verdict verdict,
                               std::string note);

struct ExternalsSeen {
  Externals externals;
  std::string epoch;
};
Async<Result<ExternalsSeen>> read_externals(redis::Client& redis, RegistrySettings settings);
// Writes back what a Redis that lost its data no longer has.
Async<Result<void>> restore_externals(redis::Client& redis, RegistrySettings settings, Externals externals);
// What was last reported; empty when the TTL is over.
Async<Result<std::string>> read_ttl(redis::Client& redis, RegistrySettings settings, std::string id);

}  // namespace valion::registry

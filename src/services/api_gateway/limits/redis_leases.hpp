// The shared truth: one GCRA a key in Redis, changed by scripts only, on Redis' own clock.
//
//   {prefix}:limit:{name}:{subject}   string: when the meter would be full again, microseconds since 2026 with
//   fractions;
//                                     expires at that moment, so what is not used costs nothing
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "platform/async/async.hpp"
#include "platform/redis/redis.hpp"
#include "services/api_gateway/limits/lease_book.hpp"

namespace valion::gateway::limits {

// Scripts are called by their names; a Redis that has just started knows none, answers not_found, and is sent the text
// then.
enum class Send { name, text };

// One script call. Of what is free it grants all that wait (`need`), and of what is wanted beyond it at most an eighth
// of what is free, so that the last permits are not kept where nobody uses them. A key that Redis does not know begins
// with the debt that the caller knows of (Redis lost it, or it is new: then the debt is 0).
Async<Result<Lease>> lease_from_redis(redis::Client& client, std::string prefix, Key key, LeaseRequest request,
                                      Send send);

// Takes the debt of unused permits off again, all in one script call.
Async<Result<void>> give_back_to_redis(redis::Client& client, std::string prefix, std::vector<Unused> unused,
                                       Send send);

}  // namespace valion::gateway::limits

// Dataset versions of data_processing, for the services that compute on them.
//
// The right to a version is asked of data_processing each time, in the caller's name: not_found when it is another tenant's,
// whatever is cached. The bytes, immutable, come from home/cache/datasets or else over the wire; they are believed only
// when their SHA-256 is the version. Several processes may share the cache: files appear whole (rename), and a damaged one is
// fetched again.
#pragma once

#include <memory>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "domain/dataset/table.hpp"
#include "platform/service/base_service.hpp"

namespace valion::storage {

// Lets cache_requests_total{cache="dataset"} stand at 0 from the start; call it in initialize().
void announce_dataset_cache(ServiceContext& context);

// On the event loop; reading and checking run on the CPU pool. Errors: not_found, those of the call, bad_gateway when what
// arrives has another hash or is no table. A cache that cannot be written is logged and does without.
Async<Result<std::shared_ptr<const dataset::Table>>> fetch_dataset(ServiceContext& context, const CallOrigin& origin,
                                                                   const Hash& version);

// The same from a job thread, which it blocks.
Result<std::shared_ptr<const dataset::Table>> fetch_dataset_blocking(ServiceContext& context, const CallOrigin& origin,
                                                                     const Hash& version);

}  // namespace valion::storage

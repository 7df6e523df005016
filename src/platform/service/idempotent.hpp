// Idempotency-Key around a handler with a JSON body: the same request sent again gets the same answer, and the work is done once.
//
//   co_return co_await idempotently(context(), request, [this](http::Request& request) { return train(request); });
//
// Without the header it only runs the handler. Same key and body > the stored answer, with `Idempotent-Replayed: true`; another
// body > invalid (422); the first still in flight > conflict (409). A key belongs to tenant, user and route, and is kept 24 hours;
// a failed request keeps none, so that it may be sent again.
#pragma once

#include "platform/service/base_service.hpp"

namespace valion {

// `handler` is kept until it has answered. Bodies over 1 MiB with the header: too_large.
Async<Result<http::Response>> idempotently(ServiceContext& context, http::Request& request, http::Handler handler);

}  // namespace valion

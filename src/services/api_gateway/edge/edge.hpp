// What all connections of the gateway's listener share. On one event loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>

#include "platform/http/head_text.hpp"
#include "platform/http/router.hpp"
#include "platform/http/server.hpp"
#include "services/api_gateway/edge/buffer.hpp"
#include "services/api_gateway/edge/deadline_wheel.hpp"
#include "services/api_gateway/edge/readiness.hpp"
#include "services/api_gateway/edge/steps.hpp"
#include "services/api_gateway/edge/upstream_pool.hpp"
#include "services/api_gateway/encoding/encoder.hpp"
#include "services/api_gateway/message/exchange_ids.hpp"
#include "services/api_gateway/message/scanner.hpp"

namespace valion::gateway {

struct EdgeSettings {
  std::chrono::milliseconds header_timeout{10'000};    // from the first byte of a head to its last
  std::chrono::milliseconds body_timeout{30'000};      // for each piece of a request's body
  std::chrono::milliseconds reader_timeout{30'000};    // for a client to take what is written to it
  std::chrono::milliseconds idle_timeout{75'000};      // between requests
  std::chrono::milliseconds upstream_timeout{60'000};  // for each piece of an answer's body, and to take a request's
  std::chrono::milliseconds tunnel_timeout{600'000};   // without a byte in either direction
  std::size_t connection_limit = 20'000;
  HeadLimits head{.bytes = BlockPool::kBlock};  // at most a block: a head lies in one
  PoolSettings pool;
};

// Owned by the listener and by every connection.
struct Edge {
  Edge(Executor where, EdgeSettings given, const http::Router& its_router, http::Around its_around)
      : executor(where),
        settings(given),
        wheel(std::make_shared<DeadlineWheel>(where)),
        blocks(std::make_shared<BlockPool>()),
        readiness(std::make_shared<Readiness>(where)),
        pool(where, wheel, blocks, readiness, given.pool),
        router(its_router),
        around(std::move(its_around)) {}

  // The Date field's value, made anew once a second.
  [[nodiscard]] std::string_view date() {
    const std::time_t now = std::time(nullptr);
    if (now != dated) text_of_date = http::http_date(std::chrono::system_clock::from_time_t(dated = now));
    return text_of_date;
  }

  Executor executor;
  EdgeSettings settings;
  std::shared_ptr<DeadlineWheel> wheel;
  std::shared_ptr<BlockPool> blocks;
  std::shared_ptr<Readiness> readiness;
  UpstreamPool pool;
  const http::Router& router;  // what the gateway answers itself
  http::Around around;         // and what is done around that
  encoding::Encoders encoders;
  RandomBytes random;      // for ids
  Steps* steps = nullptr;  // set before the first connection
  std::time_t dated = 0;
  std::string text_of_date;
  bool draining = false;
  bool closed = false;  // what `steps`, `router` and `around` refer to may be gone
};

}  // namespace valion::gateway

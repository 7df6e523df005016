// One request and its answer. Every exchange passes through one function, Exchange::pass(), whose steps stand in the order of ADR 14.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "platform/async/async.hpp"
#include "services/api_gateway/cache/response_cache.hpp"
#include "services/api_gateway/edge/client_connection.hpp"
#include "services/api_gateway/edge/encoded_head.hpp"
#include "services/api_gateway/edge/request_body.hpp"
#include "services/api_gateway/edge/steps.hpp"
#include "services/api_gateway/limits/which_limit.hpp"
#include "services/api_gateway/message/exchange_ids.hpp"
#include "services/api_gateway/message/framing.hpp"
#include "services/api_gateway/message/refusal.hpp"

namespace valion::gateway {

using SteadyMoment = std::chrono::steady_clock::time_point;

// What an answer of the gateway's own says instead of the upstream's.
struct Failure {
  Error error;
  int status = 0;                                   // 0: that of the error's kind
  std::string title;                                // likewise
  std::optional<std::chrono::seconds> retry_after;  // a Retry-After field
  bool says_when_elsewhere = false;                 // Retry-After stands in the fields of the limit already
  std::string breaker;                              // a member `circuit_breaker` of the problem, as JSON; empty: none
  std::string allow;                                // an Allow field
  std::string more_fields;                          // whole lines
};

class Exchange {
 public:
  // Requires client.head() to be complete. The whole exchange, up to the last byte of the answer.
  Async<void> pass();
  // Answers what cannot be read; the connection ends with it.
  static Async<void> refuse(ClientConnection& client, Refusal refusal);
  // The connection can take the next request: at once, or after body.finish().
  [[nodiscard]] bool may_go_on() const noexcept { return keep_alive && client.stream().is_open(); }
  [[nodiscard]] bool all_read() const noexcept { return body.ended() && !body.moved(); }

  Exchange(ClientConnection& client, const RequestFraming& framing);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // What the steps share. The relay and the local answers go on from here.
  ClientConnection& client;
  Edge& edge;
  Steps& steps;
  const RequestHead& head;
  RequestBody body;
  const SteadyMoment began = std::chrono::steady_clock::now();
  std::shared_ptr<ActiveRoutes> routes;
  ActiveRoute* route = nullptr;
  CallerPtr caller;  // null: nobody known
  ExchangeIds ids;
  trace::Span span;  // of the whole exchange, where it is recorded
  bool wants_websocket = false;
  std::optional<SteadyMoment> give_up;  // when the client stops waiting (X-Request-Deadline)

  std::unique_ptr<cache::Fetch> fetch;  // the cache wants to see the answer
  std::optional<cache::Hit> hit;        // or has it
  UndoneTags undone_tags;
  [[nodiscard]] cache::Question question() const;
  [[nodiscard]] bool is_unsafe() const noexcept;  // changes what the cache may hold

  bool keep_alive = true;  // after this exchange
  int status = 0;          // of the answer; 0: none was begun
  std::uint64_t bytes_out = 0;
  std::string& out;                           // the head being written; the connection's, so that its memory stays
  std::string& target;                        // as the server is asked for it
  std::string answer_fields;                  // whole lines that the steps add to the answer
  std::chrono::nanoseconds upstream_took{0};  // from the last attempt's beginning to the head of its answer; 0: none
  std::chrono::nanoseconds gateway_took{0};   // all the rest until then

  // A problem document, unless an answer has begun.
  Async<void> answer_failure(Failure failure);

 private:
  bool allow_origins();  // false: it was a browser's question beforehand
  Async<void> answer_preflight();
  bool read_deadline();
  bool find_route();
  bool know_caller();
  Async<bool> verify_caller();
  bool may_enter();
  bool decide_limit();  // false: Redis must be asked
  Async<void> lease_permits();
  bool is_within_limit();
  bool look_in_cache();  // false: the second cache, or somebody else's fetch, must be asked
  Async<void> ask_cache();
  Async<void> answer_hit();
  // Of a hit whose head or body is to be another by the encoding; false: it is written as it stands.
  void prefer_refresh(std::unique_ptr<cache::Fetch> offered);
  bool encode_hit(std::string& encoded);
  void begin_span();
  void record();

  bool fail_with(ErrorKind kind, std::string message);
  std::optional<Failure> failure_;
  const Route* matched_ = nullptr;  // also of what the gateway answers itself
  limits::WhichLimit counted_;
  std::optional<limits::Decision> decision_;
};

}  // namespace valion::gateway

// One question put to a service because the cache could not answer it, from the request to the last byte of the answer.
// How it is used: response_cache.hpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "services/api_gateway/cache/hit.hpp"
#include "services/api_gateway/message/head.hpp"

namespace valion::gateway::cache {

struct Outcome {
  enum class Next { relay, serve, repeat };
  Next next = Next::relay;
  std::optional<Hit> hit;  // of `serve`
};

class Fetch {
 public:
  struct State;
  explicit Fetch(std::unique_ptr<State> state);
  ~Fetch();
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;

  // What to send: the client's head, with the cache's conditions in place of the client's where a stored answer is validated.
  // Lives as long as this; also fit for a background fetch after the client has gone.
  [[nodiscard]] const RequestHead& request() const noexcept;
  // The head of the final answer (no 1xx), as the edge means to relay it but for fields that concern this one exchange.
  [[nodiscard]] Outcome on_head(const ResponseHead& answer, const Framing& framing);
  // A piece of the body, without chunk framing.
  void on_body(std::string_view piece);
  // The body is whole. Stores it, unless it proved too big or was invalidated meanwhile.
  void on_end();
  // No head came: the service is away, or took too long.
  [[nodiscard]] Outcome on_failure();
  // The Cache-Status member of a relayed answer, after on_head(): `Valion; fwd=miss; fwd-status=200; stored`.
  [[nodiscard]] const std::string& cache_status() const noexcept;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace valion::gateway::cache

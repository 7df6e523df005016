// What a Fetch holds. Private to this folder.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "services/api_gateway/cache/cache_state.hpp"
#include "services/api_gateway/cache/fetch.hpp"
#include "services/api_gateway/cache/storing.hpp"

namespace valion::gateway::cache {

// A request head whose text is its own.
struct OwnedRequest {
  explicit OwnedRequest(const RequestHead& from);
  std::string text;
  RequestHead head;
};

// Why a request goes upstream: the `fwd` of Cache-Status.
enum class Forward { miss, uri_miss, vary_miss, stale, request, partial };
[[nodiscard]] std::string_view name_of(Forward forward) noexcept;

struct Fetch::State {
  State(std::shared_ptr<ResponseCache::State> cache, const Question& question, const KeyView& key);
  ~State();

  std::shared_ptr<ResponseCache::State> cache;
  RouteStatistics* statistics;
  Key key;
  std::string tenant;
  bool is_tenant;
  bool route_keeps_authorised;
  Seconds default_lifetime;
  OwnedRequest original;
  RequestDirectives directives;
  RequestHead sent;     // what goes upstream: of `original`, with the conditions of `stored`
  EntryPointer stored;  // what is validated, or stands in for an error; may be null
  bool validating = false;
  Forward forward = Forward::uri_miss;
  std::uint64_t flight = 0;
  std::optional<Flights::Lead> lead;
  std::uint64_t begun = 0;
  Position position;
  Exchange exchange;
  // Of an answer that is being kept:
  bool collecting = false;
  std::optional<std::uint64_t> announced;
  std::string body;
  std::size_t reserved = 0;
  std::optional<Parts> parts;
  std::string cache_status;

  [[nodiscard]] Partition partition() const noexcept {
    return is_tenant ? Partition::tenant(tenant) : Partition::anybody();
  }
  void set_conditions();
  void drop_conditions();
  void release() noexcept { lead.reset(); }
  void give_up();
  void describe(int status, bool stored_too);
  [[nodiscard]] EntryPointer freshened(const ResponseHead& answer) const;
  [[nodiscard]] bool is_about_stored(const ResponseHead& answer) const;
  [[nodiscard]] Outcome on_not_modified(const ResponseHead& answer);
  [[nodiscard]] Outcome stand_in(std::string_view forwarded);
  void on_head_answer(const ResponseHead& answer);
  void begin_keeping(const ResponseHead& answer, const Framing& framing);
  void add(std::string_view piece);
  void finish();
};

}  // namespace valion::gateway::cache

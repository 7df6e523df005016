#include "services/api_gateway/edge/heads.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <span>

#include "platform/http/head_text.hpp"
#include "services/api_gateway/cache/fetch.hpp"
#include "services/api_gateway/edge/exchange.hpp"
#include "services/api_gateway/message/crossing.hpp"
#include "services/api_gateway/message/request_target.hpp"

namespace valion::gateway {
namespace {

// `gateway;dur=0.123, upstream;dur=4.567`, in milliseconds.
class ServerTiming {
 public:
  std::string_view text(const Exchange& exchange) {
    if (exchange.upstream_took.count() == 0) return {};
    add("gateway;dur=", exchange.gateway_took);
    add(", upstream;dur=", exchange.upstream_took);
    return {text_.data(), size_};
  }

 private:
  void add(std::string_view name, std::chrono::nanoseconds took) {
    const auto microseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0) / 1000);
    std::memcpy(text_.data() + size_, name.data(), name.size());
    size_ += name.size();
    char* at = std::to_chars(text_.data() + size_, text_.data() + text_.size(), microseconds / 1000).ptr;
    *at++ = '.';
    *at++ = static_cast<char>('0' + microseconds / 100 % 10);
    *at++ = static_cast<char>('0' + microseconds / 10 % 10);
    *at++ = static_cast<char>('0' + microseconds % 10);
    size_ = static_cast<std::size_t>(at - text_.data());
  }
  std::array<char, 96> text_{};
  std::size_t size_ = 0;
};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : ",").append(word);
  return text;
}

}  // namespace

void write_request_head(std::string& out, Exchange& exchange, const RequestHead& head, std::chrono::milliseconds left,
                        std::string_view traceparent) {
  const Route& route = *exchange.route->route;
  const bool ours = !route.service.empty();  // a service of the house
  const PassedTarget passed = exchange.routes->table->target_for(route, origin_form(head));
  std::string& target = exchange.target;
  target.assign(passed.head).append(passed.rest);
  std::string roles;
  TowardsService values;
  values.target = target;
  values.host = head.host;
  values.request_id = exchange.ids.request_id();
  values.traceparent = traceparent.empty() ? exchange.ids.traceparent() : traceparent;
  values.trace_state = !exchange.ids.parent_span_id().empty();
  values.client_address = exchange.client.remote_address();
  values.scheme = exchange.client.stream().secure() ? "https" : "http";
  if (exchange.caller != nullptr) {
    const Principal& principal = exchange.caller->principal;
    values.user = principal.user;
    values.tenant = principal.tenant;
    if (ours) {
      values.authorization = exchange.steps.callers.internal_authorization(*exchange.caller);
    } else {
      roles = joined(principal.roles);
      values.roles = roles;
    }
  }
  if (ours) values.deadline = static_cast<std::uint64_t>(left.count());
  values.framing = exchange.body.framing();
  values.websocket = exchange.wants_websocket;
  values.client_credentials = !ours && !route.authenticated;
  out.clear();
  append_request(out, head, values);
}

void write_answer_head(Exchange& exchange, const ResponseHead& answer, const Framing& framing,
                       std::string_view more_fields) {
  static constexpr std::array<std::string_view, 3> kWithout{"Cache-Tag", "Surrogate-Key", "Location"};
  std::string extra(more_fields);
  TowardsClient values;
  values.minor = exchange.head.minor;
  values.framing = framing;
  values.framing.keep_alive = exchange.keep_alive;
  values.request_id = exchange.ids.request_id();
  values.traceparent = exchange.ids.traceparent();
  values.date = exchange.edge.date();
  values.security = exchange.steps.security;
  values.websocket = answer.status == 101;
  values.without_access_control = exchange.steps.cors != nullptr;
  ServerTiming timing;
  values.server_timing = timing.text(exchange);
  if (exchange.route != nullptr) {
    values.without = std::span(kWithout).first(2);  // what services tell the cache
    if (const auto location = find(answer.fields, "Location")) {
      values.without = kWithout;
      http::append_field(extra, "Location", exchange.routes->table->public_location(*exchange.route->route, *location));
    }
  }
  if (exchange.fetch != nullptr && !exchange.fetch->cache_status().empty()) {
    http::append_field(extra, "Cache-Status", exchange.fetch->cache_status());
  }
  if (extra.empty()) {
    values.extra = exchange.answer_fields;
  } else {
    values.extra = extra += exchange.answer_fields;
  }
  exchange.out.clear();
  append_response(exchange.out, answer, values);
}

void append_own_fields(const Exchange& exchange, std::string& out, const Fields& there) {
  if (exchange.steps.security != nullptr) {
    unsigned present = 0;
    for (const Field& field : there) present |= SecurityFields::bit_of(field.name);
    for (std::size_t i = 0; i < SecurityFields::kCount; ++i) {
      if ((present & (1u << i)) == 0) out += exchange.steps.security->line(i);
    }
  }
  out.append("X-Request-Id: ").append(exchange.ids.request_id());
  out.append("\r\ntraceparent: ").append(exchange.ids.traceparent()).append("\r\n");
  if (!exchange.keep_alive) {
    out += "Connection: close\r\n";
  } else if (exchange.head.minor == 0) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

}  // namespace valion::gateway

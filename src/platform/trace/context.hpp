// W3C Trace Context (traceparent, version 00) and request ids.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace valion::trace {

struct TraceContext {
  std::string trace_id;  // 32 lower-case hexadecimal digits, not all zero
  std::string span_id;   // 16, likewise
  bool sampled = false;
};

[[nodiscard]] std::optional<TraceContext> parse_traceparent(std::string_view header);
[[nodiscard]] std::string to_traceparent(const TraceContext& context);
// A new span below `parent`: same trace, same sampling, an id of its own.
[[nodiscard]] TraceContext child_of(const TraceContext& parent);
[[nodiscard]] std::string new_trace_id();
[[nodiscard]] std::string new_span_id();
// A request id of a client is kept when it is 8 to 128 characters of [A-Za-z0-9._-]; otherwise a new one is made.
[[nodiscard]] std::string accept_request_id(std::optional<std::string_view> header);

}  // namespace valion::trace

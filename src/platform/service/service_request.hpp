// A call to another service, and on whose behalf it is made.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/identity.hpp"
#include "platform/http/message.hpp"
#include "platform/trace/span.hpp"

namespace valion {

// Resolved through the registry.
struct ServiceRequest {
  std::string service;
  http::Method method = http::Method::get;
  std::string target;  // the service's own path, e.g. `/data/versions/…`
  http::Headers headers;
  http::ResponseBody body;
  std::optional<std::uint64_t> content_length;
  std::chrono::milliseconds timeout{60'000};  // for the whole call, retries included, until the head of the answer
};

// On whose behalf, and in which trace, a call is made. From a request: CallOrigin::of(request).
struct CallOrigin {
  Principal principal;
  std::string request_id;
  std::string trace_id;
  std::string span_id;
  bool sampled = false;                                           // the trace is recorded, here or elsewhere
  trace::Parent span;                                             // what the call's spans hang below
  std::optional<std::chrono::steady_clock::time_point> deadline;  // when whoever asked gives up; a job has none
  [[nodiscard]] static CallOrigin of(const http::Request& request);
};

}  // namespace valion

// Spans as OTLP/HTTP's JSON (opentelemetry-proto 1.x, ExportTraceServiceRequest): what a collector takes at {endpoint}/v1/traces.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platform/trace/span.hpp"

namespace valion::trace {

// Who sends: OpenTelemetry's resource.
struct Resource {
  std::string service_name;
  std::string instance;
  std::string version;
};

// Ids in hexadecimal and 64-bit integers as text, as OTLP's JSON mapping wants; members without a value are left out.
[[nodiscard]] std::string to_otlp_json(const Resource& resource, const std::vector<FinishedSpan>& spans);

}  // namespace valion::trace

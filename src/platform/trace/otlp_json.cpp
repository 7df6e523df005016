#include "platform/trace/otlp_json.hpp"

#include "platform/json/writer.hpp"

namespace valion::trace {
namespace {

void member(std::string& out, std::string_view name) {
  if (out.back() != '{') out += ',';
  json::write_text(out, name);
  out += ':';
}

void text_member(std::string& out, std::string_view name, std::string_view text) {
  member(out, name);
  json::write_text(out, text);
}

void write_value(std::string& out, const AttributeValue& value) {
  out += '{';
  if (const auto* text = std::get_if<std::string>(&value)) {
    text_member(out, "stringValue", *text);
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    text_member(out, "intValue", std::to_string(*integer));
  } else if (const auto* number = std::get_if<double>(&value)) {
    member(out, "doubleValue");
    json::write_number(out, *number);
  } else {
    member(out, "boolValue");
    out += std::get<bool>(value) ? "true" : "false";
  }
  out += '}';
}

void write_attribute(std::string& out, std::string_view key, const AttributeValue& value) {
  if (out.back() != '[') out += ',';
  out += '{';
  text_member(out, "key", key);
  member(out, "value");
  write_value(out, value);
  out += '}';
}

std::string nanoseconds(std::chrono::system_clock::time_point moment) {
  return std::to_string(std::chrono::duration_cast<std::chrono::nanoseconds>(moment.time_since_epoch()).count());
}

void write_span(std::string& out, const FinishedSpan& span) {
  constexpr std::string_view kError = "2";  // StatusCode STATUS_CODE_ERROR
  if (out.back() != '[') out += ',';
  out += '{';
  text_member(out, "traceId", span.trace_id);
  text_member(out, "spanId", span.span_id);
  if (!span.parent_span_id.empty()) text_member(out, "parentSpanId", span.parent_span_id);
  text_member(out, "name", span.name);
  member(out, "kind");
  json::write_integer(out, static_cast<int>(span.kind));
  text_member(out, "startTimeUnixNano", nanoseconds(span.began));
  text_member(out, "endTimeUnixNano", nanoseconds(span.ended));
  if (!span.attributes.empty()) {
    member(out, "attributes");
    out += '[';
    for (const auto& [key, value] : span.attributes) write_attribute(out, key, value);
    out += ']';
  }
  if (span.failed) {
    member(out, "status");
    out += '{';
    member(out, "code");
    out += kError;
    text_member(out, "message", span.failure);
    out += '}';
  }
  out += '}';
}

}  // namespace

std::string to_otlp_json(const Resource& resource, const std::vector<FinishedSpan>& spans) {
  std::string out = R"({"resourceSpans":[{"resource":{"attributes":[)";
  write_attribute(out, "service.name", resource.service_name);
  write_attribute(out, "service.instance.id", resource.instance);
  write_attribute(out, "service.version", resource.version);
  out += R"(]},"scopeSpans":[{"scope":{)";
  text_member(out, "name", "valion");
  text_member(out, "version", resource.version);
  out += R"(},"spans":[)";
  for (const FinishedSpan& span : spans) write_span(out, span);
  out += "]}]}]}";
  return out;
}

}  // namespace valion::trace

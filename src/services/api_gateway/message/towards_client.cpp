#include <algorithm>

#include "services/api_gateway/message/crossing.hpp"
#include "services/api_gateway/message/line_writer.hpp"
#include "services/api_gateway/message/reserved_fields.hpp"

namespace valion::gateway {
namespace {

constexpr std::size_t kFixedText = 384;
constexpr std::string_view kAccessControl = "access-control-";

std::size_t bound_of(const ResponseHead& head, const TowardsClient& values) noexcept {
  std::size_t bound = kFixedText + head.reason.size() + values.request_id.size() + values.traceparent.size() +
                      values.server_timing.size() + values.date.size() + values.extra.size();
  if (values.security != nullptr) bound += values.security->all().size();
  for (const Field& field : head.fields) bound += field.name.size() + field.value.size() + 4;
  return bound;
}

bool has_length_without_body(const ResponseHead& head, const TowardsClient& values) noexcept {
  return values.framing.kind == Framing::Kind::none && head.status >= 200 && head.status != 204;
}

bool crosses(const ResponseHead& head, std::string_view name, const TowardsClient& values) noexcept {
  if (!answer_field_crosses(name)) {
    return name.size() == 14 && same_name(name, "content-length") && has_length_without_body(head, values);
  }
  if (values.without_access_control && name.size() > kAccessControl.size() &&
      same_name(name.substr(0, kAccessControl.size()), kAccessControl)) {
    return false;
  }
  return std::none_of(values.without.begin(), values.without.end(),
                      [&](std::string_view one) { return same_name(one, name); });
}

// What the service has said itself and we need not say again.
struct Present {
  unsigned security = 0;
  bool date = false;
};

Present write_service_fields(LineWriter& writer, const ResponseHead& head, const TowardsClient& values) noexcept {
  const bool some_named = connection_names_fields(head.fields);
  Present present;
  for (const Field& field : head.fields) {
    if (!crosses(head, field.name, values)) continue;
    if (some_named && is_named_by_connection(head.fields, field.name)) continue;
    if (values.security != nullptr) present.security |= SecurityFields::bit_of(field.name);
    present.date = present.date || (field.name.size() == 4 && same_name(field.name, "date"));
    writer << field.name << ": " << field.value << "\r\n";
  }
  return present;
}

void write_security(LineWriter& writer, const SecurityFields& security, unsigned present) noexcept {
  if (present == 0) {
    writer << security.all();
    return;
  }
  for (std::size_t i = 0; i < SecurityFields::kCount; ++i) {
    if ((present >> i & 1u) == 0) writer << security.line(i);
  }
}

void write_framing(LineWriter& writer, const TowardsClient& values) noexcept {
  if (values.websocket) {
    writer << "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    return;
  }
  if (values.framing.kind == Framing::Kind::length) writer << "Content-Length: " << values.framing.length << "\r\n";
  if (values.framing.kind == Framing::Kind::chunked) writer << "Transfer-Encoding: chunked\r\n";
  if (!values.framing.keep_alive) writer << "Connection: close\r\n";
  if (values.framing.keep_alive && values.minor == 0) writer << "Connection: keep-alive\r\n";
}

}  // namespace

void append_response(std::string& out, const ResponseHead& head, const TowardsClient& values) {
  LineWriter writer(out, bound_of(head, values));
  writer << "HTTP/1.1 " << static_cast<std::uint64_t>(head.status) << " " << head.reason << "\r\n";
  const Present present = write_service_fields(writer, head, values);
  write_framing(writer, values);
  if (!present.date) writer.field("Date", values.date);
  writer << "Via: " << (head.minor == 1 ? "1.1 valion\r\n" : "1.0 valion\r\n");
  writer.field("X-Request-Id", values.request_id);
  writer.field("traceparent", values.traceparent);
  writer.field("Server-Timing", values.server_timing);
  if (values.security != nullptr) write_security(writer, *values.security, present.security);
  writer << values.extra << "\r\n";
}

}  // namespace valion::gateway

#include <algorithm>

#include "services/api_gateway/message/crossing.hpp"
#include "services/api_gateway/message/line_writer.hpp"
#include "services/api_gateway/message/reserved_fields.hpp"

namespace valion::gateway {
namespace {

constexpr std::size_t kFixedText = 640;  // all names, blanks, line ends and numbers that we may write ourselves

bool is_one_of(std::span<const std::string_view> names, std::string_view name) noexcept {
  return std::any_of(names.begin(), names.end(), [&](std::string_view one) { return same_name(one, name); });
}

std::size_t bound_of(const RequestHead& head, const TowardsService& values) noexcept {
  std::size_t bound = kFixedText + head.method.size() + values.target.size() + values.host.size() +
                      values.authorization.size() + values.request_id.size() + values.traceparent.size() +
                      3 * values.client_address.size() + 2 * values.scheme.size() + 2 * head.host.size() +
                      values.user.size() + values.tenant.size() + values.roles.size() + values.extra.size();
  for (const Field& field : head.fields) bound += field.name.size() + field.value.size() + 4;
  return bound;
}

bool crosses(std::string_view name, const TowardsService& values) noexcept {
  switch (request_fate(name)) {
    case Fate::crosses: break;
    case Fate::dropped: return false;
    case Fate::credential:
      if (!values.client_credentials) return false;
      break;
    case Fate::trace_state:
      if (!values.trace_state) return false;
      break;
  }
  return values.without.empty() || !is_one_of(values.without, name);
}

void write_client_fields(LineWriter& writer, const RequestHead& head, const TowardsService& values) noexcept {
  const bool some_named = connection_names_fields(head.fields);
  for (const Field& field : head.fields) {
    if (!crosses(field.name, values)) continue;
    if (some_named && is_named_by_connection(head.fields, field.name)) continue;
    writer << field.name << ": " << field.value << "\r\n";
  }
}

// RFC 7239: an IPv6 address stands in brackets and quotes.
void write_forwarded(LineWriter& writer, const RequestHead& head, const TowardsService& values) noexcept {
  writer.field("X-Forwarded-For", values.client_address);
  writer.field("X-Real-IP", values.client_address);
  writer.field("X-Forwarded-Proto", values.scheme);
  writer.field("X-Forwarded-Host", head.host);
  writer << "Forwarded: proto=" << values.scheme;
  if (!values.client_address.empty()) {
    const bool six = values.client_address.find(':') != std::string_view::npos;
    writer << ";for=" << (six ? "\"[" : "") << values.client_address << (six ? "]\"" : "");
  }
  if (!head.host.empty()) writer << ";host=\"" << head.host << "\"";
  writer << "\r\nVia: " << (head.minor == 1 ? "1.1 valion\r\n" : "1.0 valion\r\n");
}

void write_framing(LineWriter& writer, const TowardsService& values) noexcept {
  if (values.websocket) writer << "Connection: Upgrade\r\nUpgrade: websocket\r\n";
  if (values.framing.kind == Framing::Kind::length) writer << "Content-Length: " << values.framing.length << "\r\n";
  if (values.framing.kind == Framing::Kind::chunked) writer << "Transfer-Encoding: chunked\r\n";
}

}  // namespace

void append_request(std::string& out, const RequestHead& head, const TowardsService& values) {
  LineWriter writer(out, bound_of(head, values));
  writer << head.method << " " << values.target << " HTTP/1.1\r\nHost: " << values.host << "\r\n";
  write_framing(writer, values);
  write_client_fields(writer, head, values);
  write_forwarded(writer, head, values);
  writer.field("Authorization", values.authorization);
  writer.field("X-User-Id", values.user);
  writer.field("X-User-Roles", values.roles);
  writer.field("X-Tenant-Id", values.tenant);
  writer.field("traceparent", values.traceparent);
  writer.field("X-Request-Id", values.request_id);
  if (values.deadline) writer << "X-Request-Deadline: " << *values.deadline << "\r\n";
  writer << values.extra << "\r\n";
}

}  // namespace valion::gateway

#include "services/api_gateway/message/framing.hpp"

#include "services/api_gateway/message/list_elements.hpp"

namespace valion::gateway {
namespace {

constexpr std::size_t kMostDigits = 18;  // what a signed 64-bit number holds without doubt

// What the fields say about framing and connection.
struct Said {
  const Field* length = nullptr;
  const Field* coding = nullptr;
  const Field* expectation = nullptr;
  bool length_again = false;
  bool coding_again = false;
  bool expectation_again = false;
  bool close = false;
  bool keep_alive = false;
  bool connection_upgrade = false;
  bool websocket = false;
  bool websocket_key = false;
};

void note(const Field& field, const Field*& first, bool& again) noexcept {
  again = again || first != nullptr;
  first = &field;
}

void read_connection(std::string_view value, Said& said) noexcept {
  while (!value.empty()) {
    const std::string_view option = take_element(value);
    if (same_name(option, "close")) said.close = true;
    if (same_name(option, "keep-alive")) said.keep_alive = true;
    if (same_name(option, "upgrade")) said.connection_upgrade = true;
  }
}

// `lower` in lower case and as long as `name`; its first letter tells most others apart.
bool is_named(std::string_view name, std::string_view lower) noexcept {
  return (name.front() | 0x20) == lower.front() && same_name(name, lower);
}

// By length first: most names have none of these.
void read_field(const Field& field, Said& said) noexcept {
  switch (field.name.size()) {
    case 6:
      if (is_named(field.name, "expect")) note(field, said.expectation, said.expectation_again);
      break;
    case 7:
      if (is_named(field.name, "upgrade")) said.websocket = same_name(field.value, "websocket");
      break;
    case 10:
      if (is_named(field.name, "connection")) read_connection(field.value, said);
      break;
    case 14:
      if (is_named(field.name, "content-length")) note(field, said.length, said.length_again);
      break;
    case 17:
      if (is_named(field.name, "transfer-encoding")) note(field, said.coding, said.coding_again);
      if (is_named(field.name, "sec-websocket-key")) said.websocket_key = !field.value.empty();
      break;
    default: break;
  }
}

Said read_fields(const Fields& fields) noexcept {
  Said said;
  for (const Field& field : fields) read_field(field, said);
  return said;
}

// A list of well-formed codings that ends with the only `chunked`: right, but not for us.
bool is_other_coding(std::string_view value) noexcept {
  if (value.ends_with(',')) return false;
  std::string_view last;
  while (!value.empty()) {
    if (same_name(last, "chunked")) return false;
    last = take_element(value);
    if (last.empty() || !characters::all(last, characters::kToken)) return false;
  }
  return same_name(last, "chunked");
}

Refusal check_coding(const Said& said, int minor) noexcept {
  if (said.coding_again) return {400, "the message has two Transfer-Encoding fields"};
  if (said.length != nullptr) return {400, "the message has both Transfer-Encoding and Content-Length"};
  if (minor == 0) return {400, "a message of HTTP/1.0 has Transfer-Encoding"};
  if (same_name(said.coding->value, "chunked")) return {};
  if (is_other_coding(said.coding->value)) return {501, "no transfer coding but chunked is understood"};
  return {400, "Transfer-Encoding is not `chunked`"};
}

Refusal read_length(const Said& said, std::uint64_t& length) noexcept {
  if (said.length_again) return {400, "the message has two Content-Length fields"};
  const std::string_view digits = said.length->value;
  if (digits.empty()) return {400, "Content-Length is empty"};
  length = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return {400, "Content-Length is not a number of digits only"};
  }
  if (digits.size() > kMostDigits) return {400, "Content-Length is too large a number"};
  for (const char c : digits) length = length * 10 + static_cast<std::uint64_t>(c - '0');
  return {};
}

// The part that requests and answers share. Without either field `kind` stays as it is.
Refusal read_body(const Said& said, int minor, Framing& framing) noexcept {
  framing.keep_alive = minor == 1 ? !said.close : said.keep_alive && !said.close;
  if (said.coding != nullptr) {
    framing.kind = Framing::Kind::chunked;
    return check_coding(said, minor);
  }
  if (said.length == nullptr) return {};
  if (const Refusal refusal = read_length(said, framing.length)) return refusal;
  framing.kind = Framing::Kind::length;
  return {};
}

// Servers ignore expectations of HTTP/1.0 clients (RFC 9110 section 10.1.1).
Refusal read_expectation(const Said& said, int minor, bool& expects_continue) noexcept {
  if (said.expectation == nullptr || minor == 0) return {};
  if (said.expectation_again || !same_name(said.expectation->value, "100-continue")) {
    return {417, "no expectation but 100-continue can be met"};
  }
  expects_continue = true;
  return {};
}

bool answer_has_no_body(int status, std::string_view method) noexcept {
  return status < 200 || status == 204 || status == 304 || method == "HEAD";
}

}  // namespace

RequestFraming framing_of(const RequestHead& head) noexcept {
  const Said said = read_fields(head.fields);
  RequestFraming result;
  result.refusal = read_body(said, head.minor, result.framing);
  if (!result.refusal) result.refusal = read_expectation(said, head.minor, result.expects_continue);
  const bool no_body = result.framing.kind != Framing::Kind::chunked && result.framing.length == 0;
  if (no_body) result.expects_continue = false;
  result.wants_websocket = head.minor == 1 && head.method == "GET" && said.connection_upgrade && said.websocket &&
                           said.websocket_key && no_body;
  return result;
}

ResponseFraming framing_of(const ResponseHead& head, std::string_view method) noexcept {
  const Said said = read_fields(head.fields);
  ResponseFraming result;
  Framing& framing = result.framing;
  framing.kind = Framing::Kind::until_close;
  result.refusal = read_body(said, head.minor, framing);
  if (result.refusal) result.refusal.status = 502;
  if (answer_has_no_body(head.status, method)) {
    framing.kind = Framing::Kind::none;
    framing.length = 0;
  }
  if (framing.kind == Framing::Kind::until_close || head.status == 101) framing.keep_alive = false;
  return result;
}

}  // namespace valion::gateway

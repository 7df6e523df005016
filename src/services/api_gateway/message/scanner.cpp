#include "services/api_gateway/message/scanner.hpp"

#include <algorithm>
#include <cstring>

#include "services/api_gateway/message/characters.hpp"
#include "services/api_gateway/message/field_line.hpp"
#include "services/api_gateway/message/request_target.hpp"

namespace valion::gateway {
namespace {

constexpr std::size_t kLongestMethod = 32;

// A first line as far as it was read.
struct FirstLine {
  const char* next = nullptr;  // behind CRLF; nullptr: not yet, or refused
  Refusal refusal;
};

FirstLine bad(std::string_view why, int status = 400) noexcept { return {nullptr, {status, why}}; }

Scanned refuse(Refusal refusal) noexcept { return {Scanned::State::refused, 0, refusal}; }

std::string_view between(const char* begin, const char* end) noexcept {
  return {begin, static_cast<std::size_t>(end - begin)};
}

std::uintptr_t address_of(std::string_view bytes) noexcept { return reinterpret_cast<std::uintptr_t>(bytes.data()); }

// The same view of bytes that have moved from `from` to `to`.
std::string_view moved(std::string_view view, std::uintptr_t from, const char* to) noexcept {
  return {to + (reinterpret_cast<std::uintptr_t>(view.data()) - from), view.size()};
}

void move_fields(Fields& fields, std::uintptr_t from, const char* to) noexcept {
  for (Field& field : fields) {
    field.name = moved(field.name, from, to);
    field.value = moved(field.value, from, to);
  }
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// `HTTP/1.x` at the beginning of [at, stop): `next` behind it. Refuses at the first byte that cannot be of a version.
FirstLine read_version(const char* at, const char* stop, int& minor) noexcept {
  if (stop - at >= 8 && std::memcmp(at, "HTTP/1.", 7) == 0 && (at[7] == '1' || at[7] == '0')) {
    minor = at[7] - '0';
    return {at + 8, {}};
  }
  constexpr std::string_view kShape = "HTTP/0.0";
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    if (at + i == stop) return {};
    const bool good = kShape[i] == '0' ? is_digit(at[i]) : at[i] == kShape[i];
    if (!good) return bad("the first line does not say HTTP/1.1");
  }
  return bad("only HTTP/1.0 and HTTP/1.1 are spoken here", 505);
}

FirstLine read_line_end(const char* at, const char* stop) noexcept {
  if (at == stop) return {};
  if (*at == '\n') return bad("the first line ends with a bare line feed");
  if (*at != '\r') return bad("something follows the version of the first line");
  if (at + 1 == stop) return {};
  if (at[1] != '\n') return bad("a carriage return stands without its line feed");
  return {at + 2, {}};
}

FirstLine bad_method(const char* line, const char* at) noexcept {
  if (at == line && *at == 0x16) return bad("this port speaks HTTP, and TLS was begun");
  if (*at == '\n') return bad("the request line ends with a bare line feed");
  return bad("the request line does not begin with a method and one blank");
}

FirstLine bad_target(const char* target, const char* at) noexcept {
  if (at == target) return bad("the request line has no target after one blank");
  if (*at == '#') return bad("the request target has a fragment");
  if (*at == '\r' || *at == '\n') return bad("the request line has no version");
  return bad("the request target has a character that must be escaped");
}

FirstLine read_request_line(const char* at, const char* stop, RequestHead& head) noexcept {
  const char* const line = at;
  at = end_of_token(at, stop);
  if (static_cast<std::size_t>(at - line) > kLongestMethod) return bad("no method has so long a name", 501);
  if (at == stop) return {};
  if (*at != ' ' || at == line) return bad_method(line, at);
  head.method = between(line, at);
  const char* const target = ++at;
  at = end_of_target(at, stop);
  if (at == stop) return {};
  if (*at != ' ' || at == target) return bad_target(target, at);
  head.target = between(target, at);
  const FirstLine version = read_version(at + 1, stop, head.minor);
  if (version.next == nullptr) return version;
  return read_line_end(version.next, stop);
}

FirstLine read_status_line(const char* at, const char* stop, ResponseHead& head) noexcept {
  const FirstLine version = read_version(at, stop, head.minor);
  if (version.next == nullptr) return version;
  at = version.next;
  if (at == stop) return {};
  if (*at++ != ' ') return bad("the status line has no blank after the version");
  head.status = 0;
  for (int i = 0; i < 3; ++i, ++at) {
    if (at == stop) return {};
    if (!is_digit(*at)) return bad("the status is not three digits");
    head.status = head.status * 10 + (*at - '0');
  }
  if (head.status < 100 || head.status > 599) return bad("there is no such status");
  head.reason = {at, 0};
  if (at != stop && *at == ' ') {
    const char* const reason = at + 1;
    at = end_of_value(reason, stop);
    head.reason = between(reason, at);
  }
  return read_line_end(at, stop);
}

Refusal check_host(RequestHead& head) noexcept {
  const Field* host = nullptr;
  for (const Field& field : head.fields) {
    if (field.name.size() != 4 || !same_name(field.name, "host")) continue;
    if (host != nullptr) return {400, "the request has two Host fields"};
    host = &field;
  }
  if (host == nullptr) return head.minor == 0 ? Refusal{} : Refusal{400, "the request has no Host field"};
  if (!is_host(host->value)) return {400, "the Host field is not a valid host"};
  if (head.host.empty()) head.host = host->value;
  return {};
}

// Reads field lines from bytes[next] until the empty one; `next` moves on with each. complete: the empty line was read.
Scanned read_fields(std::string_view bytes, std::size_t& next, const HeadLimits& limits, Fields& fields) {
  const char* const end = bytes.data() + bytes.size();
  while (true) {
    FieldLine line = read_field_line(bytes.data() + next, end, limits.field_line);
    switch (line.kind) {
      case FieldLine::Kind::more: return {};
      case FieldLine::Kind::refused: return refuse(line.refusal);
      case FieldLine::Kind::empty:
        next = static_cast<std::size_t>(line.next - bytes.data());
        return {Scanned::State::complete, next, {}};
      case FieldLine::Kind::field: break;
    }
    if (fields.size() == limits.fields) return refuse({431, "the head has too many fields"});
    fields.push_back(line.field);
    next = static_cast<std::size_t>(line.next - bytes.data());
  }
}

// `more` of a head that already fills its limit can never become complete.
Scanned within_limit(Scanned scanned, std::size_t size, std::size_t limit, bool started) noexcept {
  if (scanned.state != Scanned::State::more || size < limit) return scanned;
  return refuse(started ? Refusal{431, "the head is too long"} : Refusal{414, "the request line is too long"});
}

}  // namespace

Scanned RequestScanner::scan(std::string_view bytes, RequestHead& head) {
  Scanned scanned = advance(bytes.substr(0, limits_.bytes), head);
  scanned = within_limit(scanned, bytes.size(), limits_.bytes, started_);
  if (scanned.state == Scanned::State::complete) {
    if (const Refusal refusal = check_host(head)) scanned = refuse(refusal);
  }
  if (scanned.state != Scanned::State::more) {
    next_ = 0;
    started_ = false;
  }
  return scanned;
}

Scanned RequestScanner::advance(std::string_view bytes, RequestHead& head) {
  if (!started_) {
    if (next_ == 0 && bytes.starts_with("\r\n")) next_ = 2;
    if (bytes.size() == next_ || (next_ == 0 && bytes == "\r")) return {};
    const char* const line = bytes.data() + next_;
    const std::size_t available = std::min(bytes.size() - next_, limits_.request_line + 2);
    const FirstLine first = read_request_line(line, line + available, head);
    if (first.refusal) return refuse(first.refusal);
    if (first.next == nullptr) {
      return available == limits_.request_line + 2 ? refuse({414, "the request line is too long"}) : Scanned{};
    }
    if (const Refusal refusal = read_target(head)) return refuse(refusal);
    head.fields.clear();
    next_ = static_cast<std::size_t>(first.next - bytes.data());
    started_ = true;
  } else if (address_of(bytes) != base_) {
    head.method = moved(head.method, base_, bytes.data());
    head.target = moved(head.target, base_, bytes.data());
    move_fields(head.fields, base_, bytes.data());
    if (const Refusal refusal = read_target(head)) return refuse(refusal);  // the views that it made anew
  }
  base_ = address_of(bytes);
  return read_fields(bytes, next_, limits_, head.fields);
}

Scanned ResponseScanner::scan(std::string_view bytes, ResponseHead& head) {
  Scanned scanned = advance(bytes.substr(0, limits_.bytes), head);
  scanned = within_limit(scanned, bytes.size(), limits_.bytes, true);
  if (scanned.state == Scanned::State::refused) scanned.refusal.status = 502;
  if (scanned.state != Scanned::State::more) {
    next_ = 0;
    started_ = false;
  }
  return scanned;
}

Scanned ResponseScanner::advance(std::string_view bytes, ResponseHead& head) {
  if (!started_) {
    const std::size_t available = std::min(bytes.size(), limits_.field_line + 2);
    const FirstLine first = read_status_line(bytes.data(), bytes.data() + available, head);
    if (first.refusal) return refuse(first.refusal);
    if (first.next == nullptr) {
      return available == limits_.field_line + 2 ? refuse({502, "the status line is too long"}) : Scanned{};
    }
    head.fields.clear();
    next_ = static_cast<std::size_t>(first.next - bytes.data());
    started_ = true;
  } else if (address_of(bytes) != base_) {
    head.reason = moved(head.reason, base_, bytes.data());
    move_fields(head.fields, base_, bytes.data());
  }
  base_ = address_of(bytes);
  return read_fields(bytes, next_, limits_, head.fields);
}

}  // namespace valion::gateway

// The head of an HTTP/1.1 message as views into the bytes that came: what every part of the gateway sees of a request
// or an answer.
//
// A view is never copied on the way: it lives as long as the buffer of the connection it came from, that is until the
// exchange has ended or the buffer is read into again. Who keeps something longer copies it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace valion::gateway {

struct Field {
  std::string_view name;   // as sent; compare with same_name()
  std::string_view value;  // without the blanks around it
};

// ASCII without case (RFC 9110 section 5.1).
[[nodiscard]] bool same_name(std::string_view a, std::string_view b) noexcept;

using Fields = std::vector<Field>;  // in the order of arrival

// The first of that name; for lists that may stand in several lines go through all of them.
[[nodiscard]] std::optional<std::string_view> find(const Fields& fields, std::string_view name) noexcept;

struct RequestHead {
  std::string_view method;  // a token, in its own case
  std::string_view target;  // as sent
  std::string_view path;    // of the target, without query; never empty, begins with `/` (or is `*`)
  std::string_view query;   // after the `?`; empty when there is none
  std::string_view
      host;  // the authority in force: of an absolute target, else of Host; empty only for HTTP/1.0 without one
  Fields fields;
  int minor = 1;  // HTTP/1.minor
};

struct ResponseHead {
  int status = 0;
  std::string_view reason;
  Fields fields;
  int minor = 1;
};

// How the body of a message is delimited (RFC 9112 section 6.3).
struct Framing {
  enum class Kind { none, length, chunked, until_close };
  Kind kind = Kind::none;
  std::uint64_t length = 0;  // of Kind::length; `Content-Length: 0` is a length too
  bool keep_alive = true;    // the connection may carry another message afterwards
};

}  // namespace valion::gateway

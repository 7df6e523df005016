// What gzip or brotli changes in an answer's head, and undoes in a request's (encoding/content_encoding.hpp has the rules).
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "services/api_gateway/encoding/content_encoding.hpp"
#include "services/api_gateway/message/head.hpp"

namespace valion::gateway {

inline constexpr std::string_view kVaryByEncoding = "Vary: Accept-Encoding\r\n";

// Our suffixes taken off the entity tags that a client asks with. `head` then has views of this, so this outlives its use.
class UndoneTags {
 public:
  // The common case, no such field: one look at each field's name.
  void undo(RequestHead& head);
  // What the client's If-None-Match said before; empty: nothing of ours.
  [[nodiscard]] std::string_view asked() const noexcept { return asked_; }

 private:
  std::deque<std::string> texts_;
  std::string_view asked_;
};

// The head of the same answer, encoded. Views of the other one and of this: it stays where it is.
class EncodedHead {
 public:
  EncodedHead(const ResponseHead& plain, encoding::Encoding encoding);
  // A 304 that names the encoded representation which the client has.
  EncodedHead(const ResponseHead& plain, std::string_view asked_tags);
  EncodedHead(const EncodedHead&) = delete;
  EncodedHead& operator=(const EncodedHead&) = delete;
  [[nodiscard]] const ResponseHead& head() const noexcept { return head_; }

 private:
  ResponseHead head_;
  std::string tag_;
};

// What choose() says of an answer with that framing; of one to HEAD, by its Content-Length.
[[nodiscard]] encoding::Choice choose_encoding(const RequestHead& request, const ResponseHead& answer,
                                               const Framing& framing) noexcept;

}  // namespace valion::gateway

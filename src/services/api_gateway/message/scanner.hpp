// Strict, incremental scanning of heads: HTTP/1.0 and 1.1 as RFC 9112 writes them, without the leniences it permits.
//
// Refused: bare CR and LF, folded lines, a blank before the colon, names that are no tokens, control characters,
// fragments, bytes above 0x7E in targets, `.` and `..` segments however spelled, broken escapes, absent, repeated or
// unwritable Host, other versions, CONNECT, TRACE. One empty line before a request line is passed over (RFC 9112
// section 2.2). obs-text in values passes.
//
// What is answered depends on the bytes alone, not on how they were cut: feeding byte by byte gives the same result
// at the first byte that decides. Each byte is looked at once, those of an unfinished line once more for each call.
// No allocation once the vector of the head has grown. One scanner serves one connection, from one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "services/api_gateway/message/head.hpp"
#include "services/api_gateway/message/refusal.hpp"

namespace valion::gateway {

struct HeadLimits {
  std::size_t request_line = 8192;  // bytes without CRLF; more: 414
  std::size_t field_line = 8192;    // likewise of each field; more: 431
  std::size_t bytes =
      32768;  // the whole head with the empty line; more: 431 (414 when the request line has not ended yet)
  std::size_t fields = 100;  // more: 431
};

struct Scanned {
  enum class State { more, complete, refused };
  State state = State::more;
  std::size_t consumed = 0;  // of complete: the head with its empty line; what follows is the body or the next head
  Refusal refusal;           // of refused
};

class RequestScanner {
 public:
  explicit RequestScanner(const HeadLimits& limits) : limits_(limits) {}

  // `bytes` begins where the head begins: what an earlier call has seen and more behind it; it may have moved in
  // memory. `head` is the one of the earlier call. Its views point into `bytes` of the last call. complete and
  // refused make the scanner ready for the next head.
  [[nodiscard]] Scanned scan(std::string_view bytes, RequestHead& head);
  // Nothing of the next head has come yet (but perhaps a part of a first line): an idle connection.
  [[nodiscard]] bool fresh() const noexcept { return next_ == 0; }

 private:
  Scanned advance(std::string_view bytes, RequestHead& head);

  HeadLimits limits_;
  std::size_t next_ = 0;     // where the first line not yet read begins
  bool started_ = false;     // the request line has been read
  std::uintptr_t base_ = 0;  // where `bytes` lay at the last call
};

// All refusals are 502.
class ResponseScanner {
 public:
  explicit ResponseScanner(const HeadLimits& limits) : limits_(limits) {}

  // As RequestScanner's. An answer of 100 to 199 is complete like any other: what it means is the caller's to know.
  [[nodiscard]] Scanned scan(std::string_view bytes, ResponseHead& head);
  [[nodiscard]] bool fresh() const noexcept { return next_ == 0; }

 private:
  Scanned advance(std::string_view bytes, ResponseHead& head);

  HeadLimits limits_;
  std::size_t next_ = 0;
  bool started_ = false;
  std::uintptr_t base_ = 0;
};

}  // namespace valion::gateway

// The ids of one exchange: X-Request-Id and traceparent, a client's own when well-formed, made otherwise. No
// allocation.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "services/api_gateway/message/head.hpp"

namespace valion::gateway {

// Digits for ids that must differ, not be secret: xoshiro256++ (Blackman, Vigna 2019) begun with random bytes of the
// system. Of one thread.
class RandomBytes {
 public:
  // Throws std::runtime_error when the system has no random numbers (it cannot run then).
  RandomBytes();
  [[nodiscard]] std::uint64_t next() noexcept;  // eight of them

 private:
  std::array<std::uint64_t, 4> state_;
};

class ExchangeIds {
 public:
  // A request id is kept when it stands once and is 8 to 128 characters of [A-Za-z0-9._-]; a traceparent when it
  // stands once and is one of W3C Trace Context, version 00 or a later one that begins the same. `sampled`: the flag
  // of a trace that begins here.
  ExchangeIds(const RequestHead& head, RandomBytes& random, bool sampled);

  [[nodiscard]] std::string_view request_id() const noexcept { return {request_id_.data(), request_id_size_}; }
  // `00-…`: the client's trace, or a new one, with a span of our own as the parent of what the service does.
  [[nodiscard]] std::string_view traceparent() const noexcept { return {traceparent_.data(), traceparent_.size()}; }
  [[nodiscard]] std::string_view trace_id() const noexcept { return traceparent().substr(3, 32); }
  [[nodiscard]] std::string_view span_id() const noexcept { return traceparent().substr(36, 16); }
  // The client's span, empty when the trace begins here; then its tracestate is not passed on either.
  [[nodiscard]] std::string_view parent_span_id() const noexcept {
    return {parent_.data(), has_parent_ ? parent_.size() : 0};
  }
  void sample() noexcept { traceparent_.back() = '1'; }  // the trace is to be recorded
  [[nodiscard]] bool sampled() const noexcept { return traceparent_.back() == '1'; }

 private:
  void read_or_make_request_id(const Fields& fields, RandomBytes& random);
  void read_or_make_trace(const Fields& fields, RandomBytes& random, bool sampled);

  std::array<char, 128> request_id_;
  std::size_t request_id_size_ = 0;
  std::array<char, 55> traceparent_;
  std::array<char, 16> parent_{};
  bool has_parent_ = false;
};

}  // namespace valion::gateway

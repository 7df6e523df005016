// A vocabulary for tests: bytes that a client sends, and what becomes of them.
//
// In these texts `|` is CRLF. An outcome is what is sent on, one message after the other, and then what stopped it:
// `[400]` a refusal, `[waits]` an unfinished message, nothing when all bytes were used up between messages. The lines
// that the gateway adds to every request (X-Forwarded-*, Forwarded, Via) are checked and left out.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "services/api_gateway/message/chunks.hpp"
#include "services/api_gateway/message/crossing.hpp"
#include "services/api_gateway/message/framing.hpp"
#include "services/api_gateway/message/request_target.hpp"
#include "services/api_gateway/message/scanner.hpp"

namespace valion::gateway::cases {

struct Case {
  std::string name;
  std::string sent;
  std::string outcome;

  friend void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }
};

inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

inline std::string on_the_wire(const std::string& text) { return replaced(text, "|", "\r\n"); }

// The gateway's own lines, which must stand in `forwarded` exactly once.
inline std::string without_our_lines(const std::string& forwarded, const RequestHead& head) {
  const std::string host(head.host);
  std::string ours = "X-Forwarded-Proto: http\r\n";
  if (!host.empty()) ours += "X-Forwarded-Host: " + host + "\r\n";
  ours += "Forwarded: proto=http" + (host.empty() ? "" : ";host=\"" + host + "\"") + "\r\nVia: 1." +
          std::to_string(head.minor) + " valion\r\n";
  const std::size_t at = forwarded.find(ours);
  EXPECT_NE(at, std::string::npos) << forwarded;
  std::string rest = forwarded;
  if (at != std::string::npos) rest.erase(at, ours.size());
  EXPECT_EQ(rest.find(ours), std::string::npos) << forwarded;
  return rest;
}

// One connection, read in pieces; every piece moves the unread bytes to another place in memory.
class Connection {
 public:
  explicit Connection(const HeadLimits& limits = {}) : scanner_(limits) {}

  void arrive(std::string_view piece) {
    std::string grown;
    grown.reserve(unread_.size() + piece.size() + 1);
    grown.append(unread_).append(piece);
    unread_.swap(grown);
    while (!stopped_ && advance()) {
    }
  }

  [[nodiscard]] std::string outcome() const {
    const bool between = at_ == At::head && unread_.empty();
    return replaced(sent_on_, "\r\n", "|") + (!ending_.empty() ? ending_ : between ? "" : "[waits]");
  }
  [[nodiscard]] std::string_view why() const { return why_; }

 private:
  enum class At { head, length, chunks };

  bool stop(const Refusal& refusal) {
    ending_ = "[" + std::to_string(refusal.status) + "]";
    why_ = refusal.why;
    stopped_ = true;
    return false;
  }

  bool advance() {
    if (at_ == At::head) return read_head();
    return at_ == At::length ? read_length() : read_chunk();
  }

  bool read_head() {
    const Scanned scanned = scanner_.scan(unread_, head_);
    if (scanned.state == Scanned::State::more) return false;
    if (scanned.state == Scanned::State::refused) return stop(scanned.refusal);
    const RequestFraming framed = framing_of(head_);
    if (framed.refusal) return stop(framed.refusal);
    TowardsService values;
    values.target = origin_form(head_);
    values.host = head_.host;
    values.framing = framed.framing;
    values.websocket = framed.wants_websocket;
    std::string forwarded;
    append_request(forwarded, head_, values);
    sent_on_ += without_our_lines(forwarded, head_);
    using Kind = Framing::Kind;
    at_ = framed.framing.kind == Kind::chunked  ? At::chunks
          : framed.framing.kind == Kind::length ? At::length
                                                : At::head;
    left_ = framed.framing.length;
    chunks_ = {};
    unread_.erase(0, scanned.consumed);
    return !unread_.empty() || (at_ == At::length && left_ == 0);
  }

  bool read_length() {
    const std::size_t size = std::min<std::uint64_t>(left_, unread_.size());
    sent_on_ += unread_.substr(0, size);
    unread_.erase(0, size);
    left_ -= size;
    if (left_ == 0) at_ = At::head;
    return !unread_.empty();
  }

  bool read_chunk() {
    const ChunkStep step = chunks_.relay(unread_);
    if (step.kind == ChunkStep::Kind::refused) return stop(step.refusal);
    sent_on_ += step.data;
    unread_.erase(0, step.consumed);
    if (step.kind == ChunkStep::Kind::more) return false;
    if (step.kind == ChunkStep::Kind::end) {
      sent_on_ += kLastChunk;
      at_ = At::head;
    }
    return at_ == At::chunks || !unread_.empty();
  }

  RequestScanner scanner_;
  RequestHead head_;
  ChunkReader chunks_;
  At at_ = At::head;
  std::uint64_t left_ = 0;
  std::string unread_;
  std::string sent_on_;
  std::string ending_;
  std::string_view why_;
  bool stopped_ = false;
};

// Whole, byte by byte, and in pieces of seven must come to the same.
inline void expect_outcome(const Case& one, const HeadLimits& limits = {}) {
  const std::string bytes = on_the_wire(one.sent);
  for (const std::size_t piece : {bytes.size(), std::size_t{1}, std::size_t{7}}) {
    Connection connection(limits);
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      connection.arrive(std::string_view(bytes).substr(at, piece));
    }
    EXPECT_EQ(connection.outcome(), one.outcome) << "in pieces of " << piece << ": " << connection.why();
  }
}

inline std::string name_of(const ::testing::TestParamInfo<Case>& info) {
  std::string name;
  for (const char c : info.param.name) name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

}  // namespace valion::gateway::cases

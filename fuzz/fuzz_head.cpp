// Any bytes as what a client or a service sends: the outcome does not depend on how they are cut, what is accepted
// means the same once it is written again, and chunks passed on hold what they held.
#include <algorithm>
#include <string>

#include "fuzz/harness.hpp"
#include "services/api_gateway/message/chunks.hpp"
#include "services/api_gateway/message/crossing.hpp"
#include "services/api_gateway/message/framing.hpp"
#include "services/api_gateway/message/scanner.hpp"

namespace {

using namespace valion::gateway;

void demand(bool holds) {
  if (!holds) __builtin_trap();
}

bool same_fields(const Fields& a, const Fields& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Field& x, const Field& y) { return x.name == y.name && x.value == y.value; });
}
bool same_head(const RequestHead& a, const RequestHead& b) {
  return a.method == b.method && a.target == b.target && a.path == b.path && a.query == b.query && a.host == b.host &&
         a.minor == b.minor && same_fields(a.fields, b.fields);
}
bool same_head(const ResponseHead& a, const ResponseHead& b) {
  return a.status == b.status && a.reason == b.reason && a.minor == b.minor && same_fields(a.fields, b.fields);
}

// The same bytes in pieces, each call with memory of its own: the same state, and the same head where there is one.
template <class Scanner, class Head>
void scan_in_pieces(std::string_view bytes, std::size_t piece, const Scanned& whole, const Head& expected) {
  Scanner scanner{HeadLimits{200, 200, 2000, 20}};
  Head head;
  std::string seen;
  Scanned scanned;
  for (std::size_t at = 0; at < bytes.size() && scanned.state == Scanned::State::more; at += piece) {
    std::string elsewhere = seen + std::string(bytes.substr(at, piece));
    seen.swap(elsewhere);
    scanned = scanner.scan(seen, head);
  }
  demand(scanned.state == whole.state && scanned.refusal.status == whole.refusal.status);
  if (whole.state != Scanned::State::complete) return;
  demand(scanned.consumed == whole.consumed && same_head(head, expected));
}

std::string first_line(const RequestHead& head) {
  return std::string(head.method)
      .append(" ")
      .append(head.target)
      .append(" HTTP/1.")
      .append(head.minor == 1 ? "1" : "0");
}
std::string first_line(const ResponseHead& head) {
  return std::string("HTTP/1.") + (head.minor == 1 ? "1 " : "0 ") + std::to_string(head.status) + " " +
         std::string(head.reason);
}

template <class Scanner, class Head>
bool accept(std::string_view bytes, Head& head, std::size_t& consumed) {
  Scanner scanner{HeadLimits{200, 200, 2000, 20}};
  const Scanned whole = scanner.scan(bytes, head);
  scan_in_pieces<Scanner>(bytes, 1, whole, head);
  scan_in_pieces<Scanner>(bytes, 7, whole, head);
  if (whole.state != Scanned::State::complete) return false;
  consumed = whole.consumed;
  std::string again = first_line(head) + "\r\n";
  for (const Field& field : head.fields) again.append(field.name).append(": ").append(field.value).append("\r\n");
  again += "\r\n";
  Head read;
  Scanner second{HeadLimits{}};
  demand(second.scan(again, read).consumed == again.size() && same_head(read, head));
  return true;
}

std::string chunks_in_pieces(std::string_view bytes, std::size_t piece, bool relayed, ChunkStep::Kind& ending) {
  std::string data, unread;
  ChunkReader reader;
  ending = ChunkStep::Kind::more;
  for (std::size_t at = 0; at < bytes.size() && ending == ChunkStep::Kind::more; at += piece) {
    unread += bytes.substr(at, piece);
    ChunkStep step;
    do {
      step = relayed ? reader.relay(unread) : reader.decode(unread);
      demand(step.consumed <= unread.size());
      data += step.data;
      unread.erase(0, step.consumed);
    } while (step.kind == ChunkStep::Kind::data);
    ending = step.kind;
    demand(ending != ChunkStep::Kind::more || unread.size() <= ChunkReader::kLongestChunkLine);
  }
  return data;
}

void read_chunks(std::string_view bytes) {
  ChunkStep::Kind whole, cut, relayed, relayed_cut, again;
  const std::string data = chunks_in_pieces(bytes, bytes.size() + 1, false, whole);
  demand(chunks_in_pieces(bytes, 1, false, cut) == data && cut == whole);
  std::string passed = chunks_in_pieces(bytes, bytes.size() + 1, true, relayed);
  demand(chunks_in_pieces(bytes, 1, true, relayed_cut) == passed && relayed == whole && relayed_cut == whole);
  if (whole == ChunkStep::Kind::end) passed += kLastChunk;
  demand(chunks_in_pieces(passed, passed.size() + 1, false, again) == data);
  demand(whole != ChunkStep::Kind::end || again == ChunkStep::Kind::end);
}

// What goes on has the framing that we saw, one Host, and no field that claims.
void read_request(std::string_view bytes) {
  RequestHead head;
  std::size_t consumed = 0;
  if (!accept<RequestScanner>(bytes, head, consumed)) return;
  const RequestFraming framed = framing_of(head);
  if (framed.refusal) return;
  TowardsService values;
  values.target = head.path;
  values.host = head.host.empty() ? "none" : head.host;
  values.framing = framed.framing;
  values.websocket = framed.wants_websocket;
  std::string forwarded;
  append_request(forwarded, head, values);
  RequestHead read;
  RequestScanner scanner{HeadLimits{}};
  demand(scanner.scan(forwarded, read).consumed == forwarded.size() && read.method == head.method);
  const RequestFraming again = framing_of(read);
  demand(!again.refusal && again.framing.kind == framed.framing.kind && again.framing.length == framed.framing.length);
  demand(again.wants_websocket == framed.wants_websocket && again.framing.keep_alive);
  demand(!find(read.fields, "x-user-id") && !find(read.fields, "x_user_id") && !find(read.fields, "authorization"));
  if (framed.framing.kind == Framing::Kind::chunked) read_chunks(bytes.substr(consumed));
}

void read_answer(std::string_view bytes) {
  ResponseHead head;
  std::size_t consumed = 0;
  if (!accept<ResponseScanner>(bytes, head, consumed)) return;
  const ResponseFraming framed = framing_of(head, "GET");
  if (framed.refusal) return;
  TowardsClient values;
  values.framing = framed.framing;
  std::string written;
  append_response(written, head, values);
  ResponseHead read;
  ResponseScanner scanner{HeadLimits{}};
  demand(scanner.scan(written, read).consumed == written.size() && read.status == head.status);
  const ResponseFraming again = framing_of(read, "GET");
  demand(!again.refusal && again.framing.kind == framed.framing.kind && again.framing.length == framed.framing.length);
}

}  // namespace

void valion::fuzz::feed(std::string_view bytes) {
  read_request(bytes);
  read_answer(bytes);
  read_chunks(bytes);
}

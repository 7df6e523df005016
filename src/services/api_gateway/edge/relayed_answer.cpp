#include "services/api_gateway/edge/relayed_answer.hpp"

#include <boost/asio/post.hpp>

#include "services/api_gateway/cache/fetch.hpp"
#include "services/api_gateway/edge/heads.hpp"
#include "services/api_gateway/edge/public_problem.hpp"

namespace valion::gateway {
namespace {

// Longer ones are no problem documents of ours.
constexpr std::uint64_t kLongestProblem = 4u << 20;
constexpr int kNotModified = 304;
constexpr std::string_view kLastOfAll = "\r\n0\r\n\r\n";

bool is_problem(const Exchange& exchange, const ResponseHead& head, const Framing& framing) {
  return head.status >= 400 && framing.kind != Framing::Kind::none && !exchange.route->route->service.empty() &&
         find(head.fields, "Content-Type").value_or("").starts_with("application/problem+json");
}

}  // namespace

RelayedAnswer::RelayedAnswer(Exchange& exchange, UpstreamConnection& from, const Framing& framing)
    : x_(exchange),
      from_(from),
      framing_(framing),
      choice_(exchange.route->compresses ? choose_encoding(exchange.head, from.head, framing) : encoding::Choice{}),
      // The cache wants the body without chunks, and so does HTTP/1.0.
      input_(framing, framing.kind == Framing::Kind::chunked && exchange.head.minor > 0 && exchange.fetch == nullptr &&
                          choice_.encoding == encoding::Encoding::identity),
      is_problem_(is_problem(exchange, from.head, framing)) {
  if (choice_.encoding == encoding::Encoding::identity || is_problem_) return;
  if (framing.kind == Framing::Kind::none) return;  // to HEAD: the head alone
  encoder_ = exchange.edge.encoders.begin(choice_.encoding);
  if (!encoder_) choice_.encoding = encoding::Encoding::identity;
}

// Decides how the body goes on, and writes the head.
void RelayedAnswer::begin() {
  Framing ours = framing_;
  if (encoder_) ours.kind = Framing::Kind::chunked;
  const bool open_end = ours.kind == Framing::Kind::until_close || ours.kind == Framing::Kind::chunked;
  if (open_end) ours.kind = x_.head.minor > 0 ? Framing::Kind::chunked : Framing::Kind::until_close;
  const bool unread = !x_.body.ended();  // what the client is still sending will not be read
  if (ours.kind == Framing::Kind::until_close || x_.edge.draining || unread) x_.keep_alive = false;
  ends_chunks_ = ours.kind == Framing::Kind::chunked;
  makes_chunks_ = ends_chunks_ && (framing_.kind != Framing::Kind::chunked || !input_.as_chunks());
  if (choice_.encoding != encoding::Encoding::identity) {
    const EncodedHead told(from_.head, choice_.encoding);
    write_answer_head(x_, told.head(), ours, kVaryByEncoding);
  } else if (from_.head.status == kNotModified && !x_.undone_tags.asked().empty()) {
    const EncodedHead told(from_.head, x_.undone_tags.asked());
    write_answer_head(x_, told.head(), ours, kVaryByEncoding);
  } else {
    write_answer_head(x_, from_.head, ours, choice_.varies ? kVaryByEncoding : std::string_view());
  }
  x_.status = from_.head.status;
}

BodyInput::Piece RelayedAnswer::take() {
  const BodyInput::Piece piece = input_.take(from_.in);
  x_.bytes_out = input_.total();
  ended_ = piece.ended;
  if (x_.fetch != nullptr && !piece.refusal) {
    if (!piece.data.empty()) x_.fetch->on_body(piece.data);
    if (piece.ended) x_.fetch->on_end();
  }
  return piece;
}

Pieces RelayedAnswer::framed(std::string_view head, const BodyInput::Piece& piece) {
  if (!makes_chunks_) return Pieces(head, piece.data, piece.ended && ends_chunks_ ? kLastChunk : std::string_view());
  if (piece.data.empty()) return Pieces(head, piece.ended ? kLastChunk : std::string_view());
  size_ = ChunkHead(piece.data.size());
  return Pieces(head, size_.text(), piece.data, piece.ended ? kLastOfAll : kChunkEnd);
}

bool RelayedAnswer::try_at_once() {
  if (is_problem_) return false;
  begin();
  if (encoder_) return false;
  const BodyInput::Piece piece = take();
  if (piece.refusal) {
    cut();
    return true;
  }
  pending_ = framed(x_.out, piece);
  switch (x_.client.stream().try_write(pending_)) {
    case Stream::Written::all: whole_ = ended_; return ended_;
    case Stream::Written::failed: x_.keep_alive = false; return true;
    case Stream::Written::some: return false;
  }
  return false;
}

Async<void> RelayedAnswer::pass() {
  if (is_problem_) return pass_problem();
  return encoder_ ? pass_encoded() : pass_pieces();
}

// Flushed whenever the server pauses, unless it has said how long its answer is: an event is seen when it comes.
Async<void> RelayedAnswer::pass_encoded() {
  std::string_view head = x_.out;
  std::uint64_t sent = 0;
  for (;;) {
    const BodyInput::Piece piece = take();
    encoded_.clear();
    bool good = !piece.refusal && encoder_->add(piece.data, encoded_).has_value();
    const bool pauses = !ended_ && !filled_ && framing_.kind != Framing::Kind::length;
    if (good && pauses && (from_.in.empty() || input_.starved())) good = encoder_->flush(encoded_).has_value();
    if (good && ended_) good = encoder_->finish(encoded_).has_value();
    if (!good) {
      cut();
      co_return;
    }
    x_.bytes_out = sent += encoded_.size();
    pending_ = framed(head, {encoded_, ended_, {}});
    head = {};
    if (!pending_.empty()) {
      const bool written = co_await x_.client.write(pending_);
      if (!written) {
        x_.keep_alive = false;
        co_return;
      }
    }
    whole_ = ended_;
    if (ended_) co_return;
    if (!from_.in.empty() && !input_.starved()) continue;
    const bool more = co_await read_more();
    if (!more) {
      cut();
      co_return;
    }
    co_await asio::post(x_.edge.executor, use_async);  // others first: an encoder is slower than a server nearby
  }
}

Async<void> RelayedAnswer::pass_pieces() {
  for (;;) {
    if (!pending_.empty()) {
      const bool written = co_await x_.client.write(pending_);
      pending_ = Pieces(std::string_view());
      if (!written) {
        x_.keep_alive = false;
        co_return;
      }
    }
    whole_ = ended_;
    if (ended_) co_return;
    if (from_.in.empty() || input_.starved()) {
      const bool more = co_await read_more();
      if (!more) {
        cut();
        co_return;
      }
    }
    const BodyInput::Piece piece = take();
    if (piece.refusal) {
      cut();
      co_return;
    }
    pending_ = framed({}, piece);
  }
}

// False: the answer is broken off. At the end of one that the end of the connection ends, true.
Async<bool> RelayedAnswer::read_more() {
  from_.allow(x_.edge.settings.upstream_timeout);
  const Buffer::Room room = from_.in.room();
  const auto [error, got] = co_await from_.stream.read_some(room.data, room.size);
  filled_ = !error && got == room.size;
  if (!error) from_.in.added(got);
  co_return !error || (error == asio::error::eof && input_.on_close());
}

void RelayedAnswer::cut() {
  x_.keep_alive = false;
  x_.client.stream().reset();
}

// A problem document names the path that the client asked for.
Async<void> RelayedAnswer::pass_problem() {
  std::string document;
  while (!ended_) {
    const BodyInput::Piece piece = take();
    document += piece.data;
    bool good = !piece.refusal && document.size() <= kLongestProblem;
    if (good && !ended_ && piece.data.empty()) good = co_await read_more();
    if (good) continue;
    Failure failure;
    failure.error = make_error(ErrorKind::bad_gateway, "an answer broke off");
    co_await x_.answer_failure(std::move(failure));
    co_return;
  }
  document = public_problem(*x_.routes->table, *x_.route->route, x_.head.path, document);
  if (x_.edge.draining) x_.keep_alive = false;
  write_answer_head(x_, from_.head, Framing{Framing::Kind::length, document.size(), true});
  x_.status = from_.head.status;
  x_.bytes_out = document.size();
  whole_ = co_await x_.client.write(Pieces(x_.out, document));
  if (!whole_) x_.keep_alive = false;
}

}  // namespace valion::gateway

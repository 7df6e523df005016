#include "services/api_gateway/edge/relayed_answer.hpp"

#include "services/api_gateway/edge/body_input.hpp"
#include "services/api_gateway/edge/heads.hpp"
#include "services/api_gateway/edge/public_problem.hpp"
#include "services/api_gateway/message/chunks.hpp"

namespace valion::gateway {
namespace {

// Longer ones are no problem documents of ours.
constexpr std::uint64_t kLongestProblem = 4u << 20;
constexpr std::string_view kLastOfAll = "\r\n0\r\n\r\n";

bool is_problem(const Exchange& exchange, const ResponseHead& head) {
  return head.status >= 400 && !exchange.route->route->service.empty() &&
         find(head.fields, "Content-Type").value_or("").starts_with("application/problem+json");
}

class AnswerRelay {
 public:
  AnswerRelay(Exchange& exchange, UpstreamConnection& from) : x_(exchange), from_(from) {}

  Async<bool> run() {
    const ResponseFraming framing = framing_of(from_.head, x_.head.method);
    if (framing.refusal) {
      Failure failure;
      failure.error = to_error(framing.refusal);
      co_await x_.answer_failure(std::move(failure));
      co_return false;
    }
    const bool in_chunks = framing.framing.kind == Framing::Kind::chunked && x_.head.minor > 0;
    input_.emplace(framing.framing, in_chunks);
    bool whole = false;
    if (is_problem(x_, from_.head) && framing.framing.kind != Framing::Kind::none) {
      whole = co_await pass_problem();
    } else {
      begin(framing.framing);
      whole = co_await pass();
    }
    co_return whole&& framing.framing.keep_alive&& from_.in.empty();
  }

 private:
  // Decides how the body goes on, and writes the head.
  void begin(const Framing& theirs) {
    Framing ours = theirs;
    const bool without_end = theirs.kind == Framing::Kind::until_close || theirs.kind == Framing::Kind::chunked;
    if (without_end) ours.kind = x_.head.minor > 0 ? Framing::Kind::chunked : Framing::Kind::until_close;
    if (ours.kind == Framing::Kind::until_close || x_.edge.draining) x_.keep_alive = false;
    makes_chunks_ = ours.kind == Framing::Kind::chunked && theirs.kind != Framing::Kind::chunked;
    ends_chunks_ = ours.kind == Framing::Kind::chunked;
    write_answer_head(x_, from_.head, ours);
    x_.status = from_.head.status;
  }

  Async<bool> pass() {
    std::string_view head = x_.out;
    for (;;) {
      const BodyInput::Piece piece = input_->take(from_.in);
      if (piece.refusal) co_return cut();
      x_.bytes_out = input_->total();
      if (!head.empty() || !piece.data.empty() || piece.ended) {
        const ChunkHead size(piece.data.size());
        Pieces pieces = framed(head, piece, size);
        head = {};
        Stream::Written written = x_.client.stream().try_write(pieces);
        if (written == Stream::Written::some) {
          const bool taken = co_await x_.client.write(pieces);
          written = taken ? Stream::Written::all : Stream::Written::failed;
        }
        if (written != Stream::Written::all) {
          x_.keep_alive = false;
          co_return false;
        }
      }
      if (piece.ended) co_return true;
      if (!piece.data.empty() && !from_.in.empty()) continue;
      const bool more = co_await read_more();
      if (!more) co_return cut();
    }
  }

  Pieces framed(std::string_view head, const BodyInput::Piece& piece, const ChunkHead& size) const noexcept {
    if (!makes_chunks_) return Pieces(head, piece.data, piece.ended && ends_chunks_ ? kLastChunk : std::string_view());
    if (piece.data.empty()) return Pieces(head, piece.ended ? kLastChunk : std::string_view());
    return Pieces(head, size.text(), piece.data, piece.ended ? kLastOfAll : kChunkEnd);
  }

  // False: the answer is broken off. At the end of one that the end of the connection ends, true.
  Async<bool> read_more() {
    from_.allow(x_.edge.settings.upstream_timeout);
    const Buffer::Room room = from_.in.room();
    const auto [error, got] = co_await from_.stream.read_some(room.data, room.size);
    if (!error) from_.in.added(got);
    co_return !error || (error == asio::error::eof && input_->on_close());
  }

  bool cut() {
    x_.keep_alive = false;
    x_.client.stream().reset();
    return false;
  }

  // A problem document names the path that the client asked for.
  Async<bool> pass_problem() {
    std::string document;
    for (bool ended = false; !ended;) {
      const BodyInput::Piece piece = input_->take(from_.in);
      document += piece.data;
      ended = piece.ended;
      bool good = !piece.refusal && document.size() <= kLongestProblem;
      if (good && !ended && piece.data.empty()) good = co_await read_more();
      if (!good) {
        Failure failure;
        failure.error = make_error(ErrorKind::bad_gateway, "an answer broke off");
        co_await x_.answer_failure(std::move(failure));
        co_return false;
      }
    }
    document = public_problem(*x_.routes->table, *x_.route->route, x_.head.path, document);
    if (x_.edge.draining) x_.keep_alive = false;
    write_answer_head(x_, from_.head, Framing{Framing::Kind::length, document.size(), true});
    x_.status = from_.head.status;
    x_.bytes_out = document.size();
    const bool written = co_await x_.client.write(Pieces(x_.out, document));
    if (!written) x_.keep_alive = false;
    co_return written;
  }

  Exchange& x_;
  UpstreamConnection& from_;
  std::optional<BodyInput> input_;
  bool makes_chunks_ = false;  // the body comes without and goes on with them
  bool ends_chunks_ = false;
};

}  // namespace

Async<bool> relay_answer(Exchange& exchange, UpstreamConnection& from) {
  AnswerRelay answer(exchange, from);
  const bool reusable = co_await answer.run();
  co_return reusable;
}

}  // namespace valion::gateway

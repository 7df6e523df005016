#include "services/api_gateway/edge/local_answer.hpp"

#include <fstream>

#include "platform/http/head_text.hpp"
#include "platform/http/problem.hpp"
#include "platform/http/target.hpp"
#include "services/api_gateway/edge/exchange.hpp"
#include "services/api_gateway/edge/heads.hpp"
#include "services/api_gateway/message/chunks.hpp"

namespace valion::gateway {
namespace {

constexpr std::uint64_t kBodyOfNobody = 256 * 1024;  // bytes, for what no route takes
constexpr std::size_t kPiece = 64 * 1024;
constexpr std::string_view kEveryMethod = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

// The request's body as handlers read it; dead once the exchange is over.
class LocalBody final : public http::BodyReader {
 public:
  explicit LocalBody(RequestBody& body) : body_(&body) {}
  void end() noexcept { body_ = nullptr; }
  Async<Result<std::string>> read_some() override {
    if (body_ == nullptr) co_return fail(ErrorKind::unavailable, "the request has been answered: its body is gone");
    const Result<std::string_view> piece = co_await body_->next();
    if (!piece) {
      Error error = piece.error();
      if (error.kind == ErrorKind::cancelled)
        error.kind = ErrorKind::bad_gateway;  // as BodyReader says of a peer that left
      co_return fail(std::move(error));
    }
    co_return std::string(*piece);
  }

 private:
  RequestBody* body_;
};

http::Request as_request(Exchange& x) {
  http::Request request;
  request.target = std::string(x.head.target);
  for (const Field& field : x.head.fields) request.headers.add(std::string(field.name), std::string(field.value));
  if (x.body.framing().kind == Framing::Kind::length) request.content_length = x.body.framing().length;
  request.remote_address = x.client.remote_address();
  request.request_id = std::string(x.ids.request_id());
  request.trace_id = std::string(x.ids.trace_id());
  request.span_id = std::string(x.ids.span_id());
  request.parent_span_id = std::string(x.ids.parent_span_id());
  request.sampled = x.ids.sampled();
  return request;
}

Result<http::Router::Match> match(Exchange& x, http::Request& request) {
  const auto method = http::parse_method(x.head.method);
  if (!method) {
    request.allowed_methods = kEveryMethod;
    return fail(ErrorKind::method_not_allowed, "the method is not one of " + std::string(kEveryMethod));
  }
  request.method = *method;
  VALION_TRY_ASSIGN(http::Target target, http::parse_target(request.target));
  request.path = std::move(target.path);
  request.query = std::move(target.query);
  VALION_TRY_ASSIGN(http::Router::Match found, x.edge.router.match(request));
  x.body.limit(found.options.body_limit);
  if (request.content_length && *request.content_length > found.options.body_limit) {
    return fail(ErrorKind::too_large, "the body of " + std::to_string(*request.content_length) +
                                          " bytes is over the limit of " + std::to_string(found.options.body_limit) +
                                          " bytes");
  }
  return found;
}

Async<http::Response> respond(Exchange& x, http::Request& request) {
  x.body.limit(kBodyOfNobody);
  const Result<http::Router::Match> found = match(x, request);
  std::optional<http::Response> response;
  try {
    response = co_await x.edge.around(request, found);
  } catch (const std::exception&) {  // a bug of ours, and no reason to lose the connection or the process
  }
  if (!response) {
    response = http::problem_response(make_error(ErrorKind::internal, "something went wrong on our side"), request);
  }
  if (x.body.failure() == ErrorKind::timeout && response->status == http::status_of(ErrorKind::timeout)) {
    response =
        http::problem_response_as(408, "The request took too long",
                                  make_error(ErrorKind::timeout, "the body of the request took too long"), request);
  }
  co_return std::move(*response);
}

std::optional<std::uint64_t> declared_length(const http::Headers& headers) {
  const auto text = headers.find("Content-Length");
  if (!text || text->empty() || text->size() > 18 || text->find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  return std::stoull(std::string(*text));
}

// How the body goes out; kind none with a length in the fields for HEAD.
Framing framing_for(const Exchange& x, const http::Response& response) {
  if (const auto* text = std::get_if<std::string>(&response.body)) return {Framing::Kind::length, text->size(), true};
  if (const auto* file = std::get_if<http::FileBody>(&response.body)) {
    std::error_code error;
    const std::uint64_t size = std::filesystem::file_size(file->path, error);
    return {Framing::Kind::length, error ? 0 : size, true};
  }
  if (const auto length = declared_length(response.headers)) return {Framing::Kind::length, *length, true};
  return {x.head.minor > 0 ? Framing::Kind::chunked : Framing::Kind::until_close, 0, true};
}

Async<bool> write_file(Exchange& x, const http::FileBody& file, std::uint64_t length) {
  std::ifstream input(file.path, std::ios::binary);
  std::string piece;
  for (std::uint64_t left = length; left > 0; left -= piece.size()) {
    piece.resize(std::min<std::uint64_t>(kPiece, left));
    if (!input.read(piece.data(), static_cast<std::streamsize>(piece.size()))) co_return false;  // it changed meanwhile
    const bool written = co_await x.client.write(Pieces(piece));
    if (!written) co_return false;
  }
  co_return true;
}

Async<bool> write_stream(Exchange& x, http::BodyReader& reader, const Framing& framing) {
  const bool chunked = framing.kind == Framing::Kind::chunked;
  for (std::uint64_t sent = 0;;) {
    const Result<std::string> piece = co_await reader.read_some();
    if (!piece) co_return false;
    sent += piece->size();
    if (framing.kind == Framing::Kind::length && (sent > framing.length || (piece->empty() && sent < framing.length)))
      co_return false;
    if (piece->empty() && !chunked) co_return true;
    const ChunkHead size(std::max<std::size_t>(piece->size(), 1));
    Pieces pieces(*piece);
    if (chunked) pieces = piece->empty() ? Pieces(kLastChunk) : Pieces(size.text(), *piece, kChunkEnd);
    const bool written = co_await x.client.write(pieces);
    if (!written) co_return false;
    if (piece->empty()) co_return true;
  }
}

Async<bool> write_body(Exchange& x, http::Response& response, const Framing& framing) {
  try {
    if (const auto* file = std::get_if<http::FileBody>(&response.body)) {
      const bool written = co_await write_file(x, *file, framing.length);
      co_return written;
    }
    auto& reader = std::get<std::shared_ptr<http::BodyReader>>(response.body);
    if (!reader) co_return false;
    const bool written = co_await write_stream(x, *reader, framing);
    co_return written;
  } catch (const std::exception&) {  // the response's own reader threw: the client sees a body that is cut short
    co_return false;
  }
}

ResponseHead head_of(const http::Response& response) {
  ResponseHead head;
  head.status = response.status;
  head.reason = http::reason_of(response.status);
  for (const auto& [name, value] : response.headers) head.fields.push_back({name, value});
  return head;
}

Async<void> send(Exchange& x, http::Response& response) {
  Framing framing = framing_for(x, response);
  const bool bodiless = x.head.method == "HEAD" || response.status == 204 || response.status == 304;
  if (bodiless && framing.kind == Framing::Kind::length && response.status != 204) {
    response.headers.set("Content-Length", std::to_string(framing.length));
  }
  if (framing.kind == Framing::Kind::until_close && !bodiless) x.keep_alive = false;
  if (x.edge.draining || x.body.cannot_finish()) x.keep_alive = false;
  if (bodiless) framing = Framing{};
  const ResponseHead head = head_of(response);
  write_answer_head(x, head, framing);
  x.status = response.status;
  const auto* text = std::get_if<std::string>(&response.body);
  // Built before it is awaited: within the co_await g++ 12 looks at *text although the condition does not hold.
  const std::string_view whole = bodiless || text == nullptr ? std::string_view() : std::string_view(*text);
  const Pieces pieces(x.out, whole);
  bool written = co_await x.client.write(pieces);
  if (written && !bodiless && text == nullptr) {
    written = co_await write_body(x, response, framing);
    if (!written) x.client.stream().reset();
  }
  if (!written) x.keep_alive = false;
}

}  // namespace

Async<void> answer_here(Exchange& exchange) {
  const auto body = std::make_shared<LocalBody>(exchange.body);
  http::Request request = as_request(exchange);
  request.body = body;
  http::Response response = co_await respond(exchange, request);
  // The response may be made from the body while it is sent.
  co_await send(exchange, response);
  response = http::Response();
  body->end();
}

}  // namespace valion::gateway

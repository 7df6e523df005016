#include "platform/http/server_connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

#include <algorithm>

#include "platform/http/head_text.hpp"
#include "platform/http/problem.hpp"
#include "platform/http/target.hpp"
#include "platform/trace/context.hpp"

namespace valion::http {
namespace {

namespace beast = boost::beast;
using Parser = beast::http::request_parser<beast::http::buffer_body>;
using namespace std::chrono_literals;

constexpr std::size_t kPiece = 64 * 1024;
constexpr std::uint64_t kDrainLimit = 256 * 1024;  // unread body that we rather read than lose the connection for
constexpr std::uint64_t kLingerLimit = 4u
                                       << 20;  // after our last word: read so much more, so that the client can hear it
constexpr auto kLingerTime = 2s;
constexpr auto kFirstRequestGrace = 200ms;
constexpr std::size_t kHeadRoom = 4096;  // holds most heads, so that one read gets them
constexpr std::string_view kEveryMethod = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

class Connection final : public ServerConnection {
 public:
  Connection(std::shared_ptr<ServerShared> shared, Socket socket)
      : shared_(std::move(shared)),
        socket_(std::move(socket)),
        watch_(shared_->deadlines->watch([this] { expire(); })),
        buffer_(shared_->settings.header_limit + kPiece) {
    boost::system::error_code error;
    const auto peer = socket_.remote_endpoint(error);
    if (!error) remote_address_ = peer.address().to_string();
  }

  Async<void> serve() override;
  void close() override {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }
  // A request that has arrived in the socket but not here yet is not idleness, and neither is one that is on its way: who
  // has just connected gets a moment to say what he wants.
  [[nodiscard]] bool idle() const override {
    boost::system::error_code error;
    const bool new_here = exchange_ == 0 && std::chrono::steady_clock::now() - connected_ < kFirstRequestGrace;
    return idle_ && !new_here && socket_.available(error) == 0;
  }

  // The next piece of the body of the exchange of that number; an error when that one is over.
  Async<Result<std::string>> read_body_piece(std::uint64_t exchange);

 private:
  void expire() {
    boost::system::error_code ignored;
    socket_.cancel(ignored);
  }
  Async<bool> wait_for_request();
  Async<bool> read_head();
  Async<bool> answer_one();
  Async<Response> respond(Request& request);
  Async<Response> respond_whatever_happens(Request& request, const Result<Router::Match>& match);
  Async<bool> refuse(const boost::system::error_code& error);
  // Closes the connection's future, by `keep_alive`, when the client cannot tell otherwise where the body ends.
  Async<bool> send(Request& request, Response response, bool& keep_alive);
  [[nodiscard]] bool little_is_unread() const;
  Async<bool> skip_unread();
  Async<Result<std::string>> read_piece();
  Async<void> linger();
  [[nodiscard]] std::string head_of(const Request& request, const Response& response, const OutgoingBody& plan,
                                    bool keep_alive) const;
  Request take_request() const;

  std::shared_ptr<ServerShared> shared_;
  Socket socket_;
  std::shared_ptr<Deadlines::Watch> watch_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::string remote_address_;
  bool idle_ = true;
  std::chrono::steady_clock::time_point connected_ = std::chrono::steady_clock::now();
  bool continue_owed_ = false;
  std::uint64_t exchange_ = 0;             // its number on this connection
  std::optional<ErrorKind> body_failure_;  // of the current exchange
  std::uint64_t body_limit_ = 0;
  std::uint64_t body_received_ = 0;
};

class RequestBody final : public BodyReader {
 public:
  RequestBody(std::weak_ptr<Connection> connection, std::uint64_t exchange)
      : connection_(std::move(connection)), exchange_(exchange) {}
  Async<Result<std::string>> read_some() override {
    const auto connection = connection_.lock();
    if (!connection) co_return fail(ErrorKind::unavailable, "the client's connection is gone");
    co_return co_await connection->read_body_piece(exchange_);
  }

 private:
  std::weak_ptr<Connection> connection_;
  std::uint64_t exchange_;
};

Async<bool> Connection::wait_for_request() {
  if (buffer_.size() > 0) co_return true;  // pipelined
  buffer_.shrink_to_fit();                 // many connections sleep at once
  idle_ = true;
  watch_->set(shared_->settings.idle_timeout);
  const auto [error] = co_await socket_.async_wait(Socket::wait_read, asio::as_tuple(use_async));
  idle_ = false;
  co_return !error;
}

Async<bool> Connection::read_head() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(shared_->settings.header_limit));
  parser_->body_limit(boost::none);
  body_received_ = 0;
  body_failure_.reset();
  continue_owed_ = false;
  buffer_.reserve(kHeadRoom);
  watch_->set(shared_->settings.header_timeout);
  const auto [error, bytes] =
      co_await beast::http::async_read_header(socket_, buffer_, *parser_, asio::as_tuple(use_async));
  watch_->clear();
  if (!error) co_return true;
  co_return co_await refuse(error);
}

// Answers what cannot be read; always false.
Async<bool> Connection::refuse(const boost::system::error_code& error) {
  Error problem = make_error(ErrorKind::malformed, "the request is not HTTP/1.1: " + error.message());
  if (watch_->expired()) problem = make_error(ErrorKind::timeout, "the head of the request took too long");
  if (error == beast::http::error::header_limit || error == beast::http::error::buffer_overflow) {
    problem = make_error(ErrorKind::too_large, "the head of the request is over the limit of " +
                                                   std::to_string(shared_->settings.header_limit) + " bytes");
  }
  const bool gone = error == beast::http::error::end_of_stream || error == asio::error::connection_reset ||
                    error == asio::error::eof || (error == asio::error::operation_aborted && !watch_->expired());
  if (gone) co_return false;
  Request request;
  request.body = body_of("");
  request.request_id = trace::accept_request_id(std::nullopt);
  request.trace_id = trace::new_trace_id();
  Response response = problem_response(problem, request);
  if (problem.kind == ErrorKind::timeout)
    response = problem_response_as(408, "The request took too long", problem, request);
  if (problem.kind == ErrorKind::too_large)
    response = problem_response_as(431, "The head of the request is too large", problem, request);
  bool keep_alive = false;
  const bool sent = co_await send(request, std::move(response), keep_alive);
  if (sent) co_await linger();
  co_return false;
}

Request Connection::take_request() const {
  const auto& message = parser_->get();
  Request request;
  request.target = std::string(message.target());
  for (const auto& field : message) request.headers.add(std::string(field.name_string()), std::string(field.value()));
  if (const auto length = parser_->content_length()) request.content_length = *length;
  request.remote_address = remote_address_;
  request.request_id = trace::accept_request_id(request.headers.find("X-Request-Id"));
  const auto parent = trace::parse_traceparent(request.headers.find("traceparent").value_or(""));
  request.trace_id = parent ? parent->trace_id : trace::new_trace_id();
  request.span_id = trace::new_span_id();
  if (parent) {
    request.parent_span_id = parent->span_id;
    request.sampled = parent->sampled;
  }
  return request;
}

// Beast takes the last coding to decide; we take only what leaves no room for two readings (RFC 9112 sections 3.2 and
// 6.3).
Result<void> check_framing(const Headers& headers, unsigned version) {
  std::size_t hosts = 0, codings = 0, lengths = 0;
  bool chunked = true;
  for (const auto& [name, value] : headers) {
    if (same_without_case(name, "Host")) ++hosts;
    if (same_without_case(name, "Content-Length")) ++lengths;
    if (!same_without_case(name, "Transfer-Encoding")) continue;
    ++codings;
    chunked = same_without_case(value, "chunked");
  }
  if (hosts > 1 || (hosts == 0 && version >= 11))
    return fail(ErrorKind::malformed, "the request needs one Host field, and one only");
  if (codings > 0 && lengths > 0)
    return fail(ErrorKind::malformed, "the request has both Transfer-Encoding and Content-Length");
  if (codings > 1 || !chunked)
    return fail(ErrorKind::malformed, "the request has a Transfer-Encoding other than chunked");
  if (lengths > 1) return fail(ErrorKind::malformed, "the request has more than one Content-Length");
  return {};
}

Async<Response> Connection::respond(Request& request) {
  const auto method = parse_method(std::string_view(parser_->get().method_string()));
  Result<Router::Match> match =
      fail(ErrorKind::method_not_allowed, "the method is not one of " + std::string(kEveryMethod));
  if (!method) request.allowed_methods = kEveryMethod;
  Result<void> framed = check_framing(request.headers, parser_->get().version());
  Result<Target> target = parse_target(request.target);
  if (method) request.method = *method;
  if (!framed) {
    match = fail(std::move(framed).error());
  } else if (!target) {
    match = fail(std::move(target).error());
  } else if (method) {
    request.path = std::move(target->path);
    request.query = std::move(target->query);
    match = shared_->router.match(request);
  }
  body_limit_ = match ? match->options.body_limit : kDrainLimit;
  if (match && request.content_length && *request.content_length > body_limit_) {
    match = fail(ErrorKind::too_large, "the body of " + std::to_string(*request.content_length) +
                                           " bytes is over the limit of " + std::to_string(body_limit_) + " bytes");
  }
  Response response = co_await respond_whatever_happens(request, match);
  if (body_failure_ == ErrorKind::timeout &&
      response.status == status_of(ErrorKind::timeout)) {  // not an upstream's: the client's
    response = problem_response_as(408, "The request took too long",
                                   make_error(ErrorKind::timeout, "the body of the request took too long"), request);
  }
  co_return response;
}

Async<Response> Connection::respond_whatever_happens(Request& request, const Result<Router::Match>& match) {
  try {
    co_return co_await shared_->around(request, match);
  } catch (const std::exception&) {  // a bug of ours, and no reason to lose the connection or the process
  }
  co_return problem_response(make_error(ErrorKind::internal, "something went wrong on our side"), request);
}

Async<bool> Connection::answer_one() {
  Request request = take_request();
  const auto expect = request.headers.find("Expect");
  continue_owed_ = expect && same_without_case(*expect, "100-continue") && parser_->get().version() >= 11;
  request.body = std::make_shared<RequestBody>(std::static_pointer_cast<Connection>(shared_from_this()), exchange_);
  Response response = co_await respond(request);
  // The response may be made from the body while it is sent: what is unread is skipped only afterwards.
  bool keep_alive = parser_->keep_alive() && little_is_unread() && !shared_->draining;
  const bool sent = co_await send(request, std::move(response), keep_alive);
  ++exchange_;
  if (sent && keep_alive) co_return co_await skip_unread();
  if (sent) co_await linger();
  co_return false;
}

Async<Result<std::string>> Connection::read_body_piece(std::uint64_t exchange) {
  if (exchange != exchange_) co_return fail(ErrorKind::unavailable, "the request has been answered: its body is gone");
  if (body_failure_) co_return fail(*body_failure_, "the body of the request could not be read");
  if (continue_owed_) {
    continue_owed_ = false;
    constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
    co_await asio::async_write(socket_, asio::buffer(kGoOn), asio::as_tuple(use_async));
  }
  auto piece = co_await read_piece();
  if (piece && body_received_ > body_limit_) {
    piece = fail(ErrorKind::too_large, "the body is over the limit of " + std::to_string(body_limit_) + " bytes");
  }
  if (!piece) body_failure_ = piece.error().kind;
  co_return piece;
}

Async<Result<std::string>> Connection::read_piece() {
  if (parser_->is_done()) co_return std::string{};
  const std::uint64_t expected = parser_->content_length_remaining().value_or(kPiece);
  std::string piece(std::min<std::uint64_t>(kPiece, std::max<std::uint64_t>(expected, 1)), '\0');
  buffer_.reserve(piece.size());  // or Beast would read 512 bytes at a time
  while (!parser_->is_done()) {
    auto& body = parser_->get().body();
    body.data = piece.data();
    body.size = piece.size();
    body.more = true;
    watch_->set(shared_->settings.body_timeout);
    const auto [error, bytes] =
        co_await beast::http::async_read_some(socket_, buffer_, *parser_, asio::as_tuple(use_async));
    watch_->clear();
    if (watch_->expired()) co_return fail(ErrorKind::timeout, "the body of the request took too long");
    if (error && error != beast::http::error::need_buffer) {
      const bool gone = error == asio::error::connection_reset || error == asio::error::operation_aborted;
      co_return fail(gone ? ErrorKind::bad_gateway : ErrorKind::malformed,
                     "the body of the request is broken off or not framed right: " + error.message());
    }
    const std::size_t got = piece.size() - parser_->get().body().size;
    body_received_ += got;
    if (got == 0) continue;
    piece.resize(got);
    co_return piece;
  }
  co_return std::string{};
}

// Whether what the handler left unread is little enough to be read away for the sake of the connection.
bool Connection::little_is_unread() const {
  if (parser_->is_done()) return true;
  const auto left = parser_->content_length_remaining();
  return left && *left <= kDrainLimit && !continue_owed_ && !body_failure_;
}

// True: the next request can be read.
Async<bool> Connection::skip_unread() {
  while (!parser_->is_done()) {
    const Result<std::string> piece = co_await read_piece();
    if (!piece) co_return false;
  }
  co_return true;
}

std::string Connection::head_of(const Request& request, const Response& response, const OutgoingBody& plan,
                                bool keep_alive) const {
  std::string head =
      "HTTP/1.1 " + std::to_string(response.status) + " " + std::string(reason_of(response.status)) + "\r\n";
  append_end_to_end_fields(head, response.headers);
  if (!response.headers.find("Date")) append_field(head, "Date", http_date(std::chrono::system_clock::now()));
  if (!response.headers.find("X-Request-Id")) append_field(head, "X-Request-Id", request.request_id);
  const bool bodiless = response.status == 204 || response.status == 304;
  if (plan.length && !bodiless) append_field(head, "Content-Length", std::to_string(*plan.length));
  if (!plan.length && !plan.to_the_end && !bodiless) append_field(head, "Transfer-Encoding", "chunked");
  append_field(head, "Connection", keep_alive ? "keep-alive" : "close");
  return head + "\r\n";
}

std::optional<std::uint64_t> declared_length(const Headers& headers) {
  const auto text = headers.find("Content-Length");
  if (!text || text->empty() || text->size() > 18 || text->find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  return std::stoull(std::string(*text));
}

Async<bool> Connection::send(Request& request, Response response, bool& keep_alive) {
  auto plan = plan_body(response.body, declared_length(response.headers));
  if (!plan) {
    response = problem_response(plan.error(), request);
    plan = plan_body(response.body, std::nullopt);
  }
  if (!plan->length && parser_->get().version() < 11) {
    plan->to_the_end = true;
    keep_alive = false;
  }
  std::string head = head_of(request, response, *plan, keep_alive);
  const bool bodiless = request.method == Method::head || response.status == 204 || response.status == 304;
  if (bodiless) response.body = std::string{};
  try {
    BodyWriter writer{socket_, *watch_, shared_->settings.body_timeout, nullptr};
    const Result<bool> written = co_await write_message(std::move(writer), std::move(head), response.body, *plan);
    co_return written.has_value();
  } catch (const std::exception&) {  // the response's own reader threw: the client sees a body that is cut short
    co_return false;
  }
}

// Closing at once would make the client lose our answer when it is still sending: say that we are done, then read a
// little.
Async<void> Connection::linger() {
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  std::string piece(kPiece, '\0');
  std::uint64_t left = kLingerLimit;
  const auto until = Deadlines::Clock::now() + kLingerTime;
  watch_->set(std::chrono::duration_cast<std::chrono::milliseconds>(kLingerTime));
  while (left > 0 && Deadlines::Clock::now() < until) {
    const auto [error, got] = co_await socket_.async_read_some(asio::buffer(piece), asio::as_tuple(use_async));
    if (error) break;
    left -= std::min<std::uint64_t>(left, got);
  }
}

Async<void> Connection::serve() {
  boost::system::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  // g++ 12 miscompiles a co_await inside a condition (both `if (co_await a)` and `co_await a && co_await b`): values
  // first.
  bool more = true;
  while (more) {
    more = co_await wait_for_request();
    if (more) more = co_await read_head();
    if (more) more = co_await answer_one();
  }
  close();
}

}  // namespace

std::shared_ptr<ServerConnection> make_connection(std::shared_ptr<ServerShared> shared, Socket socket) {
  return std::make_shared<Connection>(std::move(shared), std::move(socket));
}

}  // namespace valion::http

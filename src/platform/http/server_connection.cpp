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
#include "platform/http/target.hpp"
#include "platform/trace/context.hpp"

namespace valion::http {
namespace {

namespace beast = boost::beast;
using Parser = beast::http::request_parser<beast::http::buffer_body>;
using namespace std::chrono_literals;

constexpr std::size_t kPiece = 64 * 1024;
constexpr std::uint64_t kDrainLimit = 256 * 1024;   // unread body that we rather read than lose the connection for
constexpr std::uint64_t kLingerLimit = 4u << 20;    // after our last word: read so much more, so that the client can hear it
constexpr auto kLingerTime = 2s;

class Connection final : public ServerConnection {
 public:
  Connection(std::shared_ptr<ServerShared> shared, Socket socket)
      : shared_(std::move(shared)), socket_(std::move(socket)), watch_(shared_->deadlines->watch([this] { expire(); })) {}

  Async<void> serve() override;
  void close() override {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }
  [[nodiscard]] bool idle() const override { return idle_; }

  // The next piece of the current request's body.
  Async<Result<std::string>> read_body_piece();

 private:
  void expire() {
    boost::system::error_code ignored;
    socket_.cancel(ignored);
  }
  Async<bool> wait_for_request();
  Async<bool> read_head();
  Async<bool> answer_one();
  Async<Response> respond(Request& request);
  Async<bool> refuse(const boost::system::error_code& error);
  Async<bool> send(Request& request, Response response, bool keep_alive);
  Async<bool> finish_body();
  Async<void> linger();
  [[nodiscard]] std::string head_of(const Request& request, const Response& response, const OutgoingBody& plan, bool keep_alive) const;
  Request take_request() const;

  std::shared_ptr<ServerShared> shared_;
  Socket socket_;
  std::shared_ptr<Deadlines::Watch> watch_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  bool idle_ = true;
  bool continue_owed_ = false;
  std::uint64_t body_limit_ = 0;
  std::uint64_t body_received_ = 0;
};

class RequestBody final : public BodyReader {
 public:
  explicit RequestBody(std::weak_ptr<Connection> connection) : connection_(std::move(connection)) {}
  Async<Result<std::string>> read_some() override {
    const auto connection = connection_.lock();
    if (!connection) co_return fail(ErrorKind::unavailable, "the client's connection is gone");
    co_return co_await connection->read_body_piece();
  }

 private:
  std::weak_ptr<Connection> connection_;
};

Async<bool> Connection::wait_for_request() {
  if (buffer_.size() > 0) co_return true;  // pipelined
  idle_ = true;
  watch_->set(shared_->settings.idle_timeout);
  const auto [error] = co_await socket_.async_wait(Socket::wait_read, asio::as_tuple(use_async));
  idle_ = false;
  co_return !error && !shared_->draining;
}

Async<bool> Connection::read_head() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(shared_->settings.header_limit));
  parser_->body_limit(boost::none);
  body_received_ = 0;
  watch_->set(shared_->settings.header_timeout);
  const auto [error, bytes] = co_await beast::http::async_read_header(socket_, buffer_, *parser_, asio::as_tuple(use_async));
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
  if (problem.kind == ErrorKind::timeout) response.status = 408;
  if (problem.kind == ErrorKind::too_large) response.status = 431;
  co_await send(request, std::move(response), false);
  co_await linger();
  co_return false;
}

Request Connection::take_request() const {
  const auto& message = parser_->get();
  Request request;
  request.target = std::string(message.target());
  for (const auto& field : message) request.headers.add(std::string(field.name_string()), std::string(field.value()));
  if (const auto length = parser_->content_length()) request.content_length = *length;
  boost::system::error_code ignored;
  const auto peer = socket_.remote_endpoint(ignored);
  request.remote_address = ignored ? "" : peer.address().to_string();
  request.request_id = trace::accept_request_id(request.headers.find("X-Request-Id"));
  const auto parent = trace::parse_traceparent(request.headers.find("traceparent").value_or(""));
  request.trace_id = parent ? parent->trace_id : trace::new_trace_id();
  request.span_id = trace::new_span_id();
  return request;
}

// Beast takes the last coding to decide; we take only what leaves no room for two readings.
Result<void> check_framing(const Headers& headers) {
  const auto coding = headers.find("Transfer-Encoding");
  const bool chunked = coding && (*coding == "chunked" || *coding == "Chunked");
  if (coding && headers.find("Content-Length")) return fail(ErrorKind::malformed, "both Transfer-Encoding and Content-Length");
  if (coding && !chunked) return fail(ErrorKind::malformed, "a Transfer-Encoding other than chunked");
  return {};
}

Async<Response> Connection::respond(Request& request) {
  const auto method = parse_method(std::string_view(parser_->get().method_string()));
  Result<Router::Match> match = fail(ErrorKind::method_not_allowed, "the method is not one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  Result<void> framed = check_framing(request.headers);
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
    match = fail(ErrorKind::too_large, "the body of " + std::to_string(*request.content_length) + " bytes is over the limit of " +
                                           std::to_string(body_limit_) + " bytes");
  }
  co_return co_await shared_->around(request, match);
}

Async<bool> Connection::answer_one() {
  Request request = take_request();
  const auto expect = request.headers.find("Expect");
  continue_owed_ = expect && (*expect == "100-continue" || *expect == "100-Continue");
  request.body = std::make_shared<RequestBody>(std::static_pointer_cast<Connection>(shared_from_this()));
  Response response = co_await respond(request);
  const bool body_read = co_await finish_body();
  const bool keep_alive = parser_->get().keep_alive() && body_read && !shared_->draining;
  const bool sent = co_await send(request, std::move(response), keep_alive);
  if (sent && !keep_alive) co_await linger();
  co_return sent && keep_alive;
}

Async<Result<std::string>> Connection::read_body_piece() {
  if (continue_owed_) {
    continue_owed_ = false;
    constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
    co_await asio::async_write(socket_, asio::buffer(kGoOn), asio::as_tuple(use_async));
  }
  std::string piece(kPiece, '\0');
  while (!parser_->is_done()) {
    auto& body = parser_->get().body();
    body.data = piece.data();
    body.size = piece.size();
    body.more = true;
    watch_->set(shared_->settings.body_timeout);
    const auto [error, bytes] = co_await beast::http::async_read_some(socket_, buffer_, *parser_, asio::as_tuple(use_async));
    watch_->clear();
    if (watch_->expired()) co_return fail(ErrorKind::timeout, "the body of the request took too long");
    if (error && error != beast::http::error::need_buffer) {
      co_return fail(ErrorKind::malformed, "the body of the request is broken off or not framed right: " + error.message());
    }
    const std::size_t got = piece.size() - parser_->get().body().size;
    body_received_ += got;
    if (body_received_ > body_limit_) {
      co_return fail(ErrorKind::too_large, "the body is over the limit of " + std::to_string(body_limit_) + " bytes");
    }
    if (got == 0) continue;
    piece.resize(got);
    co_return piece;
  }
  co_return std::string{};
}

// What the handler did not read: a little is read away to keep the connection, more closes it. True: nothing is left.
Async<bool> Connection::finish_body() {
  if (parser_->is_done()) co_return true;
  if (continue_owed_ || watch_->expired()) co_return false;
  const auto length = parser_->content_length();
  if (!length || *length - body_received_ > kDrainLimit) co_return false;
  body_limit_ = body_received_ + kDrainLimit;
  while (!parser_->is_done()) {
    const Result<std::string> piece = co_await read_body_piece();
    if (!piece) co_return false;
  }
  co_return true;
}

std::string Connection::head_of(const Request& request, const Response& response, const OutgoingBody& plan, bool keep_alive) const {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " " + std::string(reason_of(response.status)) + "\r\n";
  append_end_to_end_fields(head, response.headers);
  if (!response.headers.find("Date")) append_field(head, "Date", http_date(std::chrono::system_clock::now()));
  if (!response.headers.find("X-Request-Id")) append_field(head, "X-Request-Id", request.request_id);
  const bool bodiless = response.status == 204 || response.status == 304;
  if (plan.length && !bodiless) append_field(head, "Content-Length", std::to_string(*plan.length));
  if (!plan.length && !bodiless) append_field(head, "Transfer-Encoding", "chunked");
  append_field(head, "Connection", keep_alive ? "keep-alive" : "close");
  return head + "\r\n";
}

std::optional<std::uint64_t> declared_length(const Headers& headers) {
  const auto text = headers.find("Content-Length");
  if (!text || text->empty() || text->size() > 18 || text->find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  return std::stoull(std::string(*text));
}

Async<bool> Connection::send(Request& request, Response response, bool keep_alive) {
  auto plan = plan_body(response.body, declared_length(response.headers));
  if (!plan) {
    response = problem_response(plan.error(), request);
    plan = plan_body(response.body, std::nullopt);
  }
  std::string head = head_of(request, response, *plan, keep_alive);
  const bool bodiless = request.method == Method::head || response.status == 204 || response.status == 304;
  if (bodiless) response.body = std::string{};
  BodyWriter writer{socket_, *watch_, shared_->settings.body_timeout, nullptr};
  const Result<bool> written = co_await write_message(std::move(writer), std::move(head), response.body, *plan);
  co_return written.has_value();
}

// Closing at once would make the client lose our answer when it is still sending: say that we are done, then read a little.
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
  while (co_await wait_for_request() && co_await read_head() && co_await answer_one()) {
  }
  close();
}

}  // namespace

std::shared_ptr<ServerConnection> make_connection(std::shared_ptr<ServerShared> shared, Socket socket) {
  return std::make_shared<Connection>(std::move(shared), std::move(socket));
}

}  // namespace valion::http

#include "platform/http/client.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "platform/http/body_stream.hpp"
#include "platform/http/head_text.hpp"

namespace valion::http {
namespace {

namespace beast = boost::beast;
using Parser = beast::http::response_parser<beast::http::buffer_body>;
using Resolver = asio::ip::basic_resolver<asio::ip::tcp, Executor>;

constexpr std::size_t kPiece = 64 * 1024;
constexpr std::uint32_t kHeaderLimit = 64 * 1024;
constexpr std::size_t kHeadRoom = 4096;  // holds most heads, so that one read gets them

struct Connection {
  Connection(Executor executor, Deadlines& deadlines)
      : socket(executor), resolver(executor), watch(deadlines.watch([this] { expire(); })) {}
  void expire() {
    boost::system::error_code ignored;
    resolver.cancel();
    socket.close(ignored);
  }
  // An idle connection is good while there is nothing to hear on it: a farewell as little as a word out of turn.
  bool is_quiet() {
    char byte = 0;
    const auto heard = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return heard < 0 && errno == EAGAIN;
  }
  Socket socket;
  Resolver resolver;
  std::shared_ptr<Deadlines::Watch> watch;
  beast::flat_buffer buffer{kHeaderLimit + kPiece};
  Deadlines::Clock::time_point idle_since;
};

std::string authority_of(const ClientRequest& request) { return request.host + ":" + std::to_string(request.port); }

// May a request whose fate is unknown be sent again (RFC 9110 section 9.2.2)?
bool is_repeatable(const ClientRequest& request) {
  const bool idempotent = request.method != Method::post && request.method != Method::patch;
  return idempotent && !std::holds_alternative<std::shared_ptr<BodyReader>>(request.body);
}

std::string head_of(const ClientRequest& request, const OutgoingBody& plan) {
  std::string head = std::string(name_of(request.method)) + " " + request.target + " HTTP/1.1\r\n";
  if (!request.headers.find("Host")) append_field(head, "Host", authority_of(request));
  append_end_to_end_fields(head, request.headers);
  const bool expects_body =
      request.method == Method::post || request.method == Method::put || request.method == Method::patch;
  if (!plan.length) {
    append_field(head, "Transfer-Encoding", "chunked");
  } else if (!plan.empty || expects_body) {
    append_field(head, "Content-Length", std::to_string(*plan.length));
  }
  return head + "\r\n";
}

bool good_target(std::string_view target) {
  return !target.empty() && target.front() == '/' &&
         target.find_first_of(std::string_view(" \r\n\t\0", 5)) == std::string_view::npos;
}

}  // namespace

struct Client::State : std::enable_shared_from_this<Client::State> {
  State(Executor where, ClientSettings given)
      : executor(where), settings(given), deadlines(std::make_shared<Deadlines>(where)) {}

  std::unique_ptr<Connection> take_idle(const std::string& authority) {
    auto& idle = pool[authority];
    const auto now = Deadlines::Clock::now();
    while (!idle.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle.back());
      idle.pop_back();
      if (now - connection->idle_since < settings.idle_time && connection->is_quiet()) return connection;
    }
    return nullptr;
  }

  void give_back(const std::string& authority, std::unique_ptr<Connection> connection) {
    if (closed) return;
    const auto now = Deadlines::Clock::now();
    const auto is_old = [&](const auto& one) { return now - one->idle_since >= settings.idle_time; };
    for (auto& [host, waiting] : pool) std::erase_if(waiting, is_old);
    std::erase_if(pool, [](const auto& host) { return host.second.empty(); });
    auto& idle = pool[authority];
    if (idle.size() >= settings.idle_per_host) return;
    connection->buffer.shrink_to_fit();
    connection->idle_since = now;
    idle.push_back(std::move(connection));
  }

  Async<Result<std::unique_ptr<Connection>>> connect(const ClientRequest& request) {
    auto connection = std::make_unique<Connection>(executor, *deadlines);
    connection->watch->set(std::min(settings.connect_timeout, request.timeout.value_or(settings.connect_timeout)));
    boost::system::error_code error;
    const auto address = asio::ip::make_address(request.host, error);
    if (!error) {
      const asio::ip::tcp::endpoint endpoint(address, request.port);
      std::tie(error) = co_await connection->socket.async_connect(endpoint, asio::as_tuple(use_async));
    } else {
      const auto [failed, found] = co_await connection->resolver.async_resolve(
          request.host, std::to_string(request.port), asio::as_tuple(use_async));
      error = failed;
      if (!error) {
        const auto [refused, endpoint] =
            co_await asio::async_connect(connection->socket, found, asio::as_tuple(use_async));
        error = refused;
      }
    }
    connection->watch->clear();
    if (connection->watch->expired())
      co_return fail(ErrorKind::timeout, authority_of(request) + " does not accept connections in time");
    if (error)
      co_return fail(ErrorKind::unavailable, "cannot connect to " + authority_of(request) + ": " + error.message());
    connection->socket.set_option(asio::ip::tcp::no_delay(true), error);
    co_return connection;
  }

  // One attempt on one connection.
  static Async<Result<ClientResponse>> exchange(std::shared_ptr<State> state, std::unique_ptr<Connection> connection,
                                                const ClientRequest& request, OutgoingBody plan);

  Executor executor;
  ClientSettings settings;
  std::shared_ptr<Deadlines> deadlines;
  std::map<std::string, std::vector<std::unique_ptr<Connection>>> pool;
  bool closed = false;
};

namespace {

// The rest of a response; gives its connection back when it has been read to the end.
class ResponseStream final : public BodyReader {
 public:
  using GiveBack = std::function<void(std::unique_ptr<Connection>)>;
  ResponseStream(std::unique_ptr<Connection> connection, std::unique_ptr<Parser> parser,
                 std::chrono::milliseconds timeout, GiveBack give_back)
      : connection_(std::move(connection)),
        parser_(std::move(parser)),
        timeout_(timeout),
        give_back_(std::move(give_back)) {
    if (parser_->is_done()) finish();
  }

  Async<Result<std::string>> read_some() override {
    if (failure_) co_return fail(*failure_, "the body of the answer could not be read");
    if (!connection_) co_return std::string{};
    const std::uint64_t expected = parser_->content_length_remaining().value_or(kPiece);
    std::string piece(std::min<std::uint64_t>(kPiece, std::max<std::uint64_t>(expected, 1)), '\0');
    connection_->buffer.reserve(piece.size());  // or Beast would read 512 bytes at a time
    while (!parser_->is_done()) {
      auto& body = parser_->get().body();
      body.data = piece.data();
      body.size = piece.size();
      body.more = true;
      connection_->watch->set(timeout_);
      const auto [error, bytes] = co_await beast::http::async_read_some(connection_->socket, connection_->buffer,
                                                                        *parser_, asio::as_tuple(use_async));
      connection_->watch->clear();
      if (connection_->watch->expired()) {
        failure_ = ErrorKind::timeout;
        co_return fail(ErrorKind::timeout, "the body of the answer took too long");
      }
      if (error && error != beast::http::error::need_buffer) {
        failure_ = ErrorKind::bad_gateway;
        co_return fail(ErrorKind::bad_gateway, "the body of the answer is broken off: " + error.message());
      }
      const std::size_t got = piece.size() - parser_->get().body().size;
      if (got == 0) continue;
      piece.resize(got);
      if (parser_->is_done()) finish();
      co_return piece;
    }
    finish();
    co_return std::string{};
  }

 private:
  void finish() {
    // More bytes than the answer has are nobody's: such a connection must not answer the next request.
    const bool good = connection_ && parser_->keep_alive() && connection_->buffer.size() == 0;
    if (good) give_back_(std::move(connection_));
    connection_.reset();
  }

  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Parser> parser_;
  std::chrono::milliseconds timeout_;
  std::optional<ErrorKind> failure_;
  GiveBack give_back_;
};

Error lost(const Connection& connection, const ClientRequest& request, const boost::system::error_code& error) {
  if (connection.watch->expired())
    return make_error(ErrorKind::timeout, authority_of(request) + " does not answer in time");
  const bool gone = error == asio::error::eof || error == asio::error::connection_reset ||
                    error == asio::error::broken_pipe || error == beast::http::error::end_of_stream ||
                    error == asio::error::operation_aborted || error == beast::http::error::partial_message;
  if (gone)
    return make_error(ErrorKind::unavailable, authority_of(request) + " closed the connection without an answer");
  return make_error(ErrorKind::bad_gateway,
                    authority_of(request) + " answered something that is not HTTP: " + error.message());
}

// Interim answers (100, 103) are read over.
Async<Result<std::unique_ptr<Parser>>> read_head(Connection& connection, const ClientRequest& request,
                                                 std::chrono::milliseconds timeout) {
  connection.watch->set(timeout);
  connection.buffer.reserve(kHeadRoom);
  for (;;) {
    auto parser = std::make_unique<Parser>();
    parser->header_limit(kHeaderLimit);
    parser->body_limit(boost::none);
    if (request.method == Method::head) parser->skip(true);
    const auto [error, bytes] = co_await beast::http::async_read_header(connection.socket, connection.buffer, *parser,
                                                                        asio::as_tuple(use_async));
    if (error) co_return fail(lost(connection, request, error));
    if (parser->get().result_int() / 100 == 1) continue;
    connection.watch->clear();
    co_return parser;
  }
}

}  // namespace

Client::Client(Executor executor, ClientSettings settings) : state_(std::make_shared<State>(executor, settings)) {}

Client::~Client() {
  state_->closed = true;
  state_->pool.clear();
  state_->deadlines->stop_if_unused();  // what is still on its way keeps its deadlines
}

Async<Result<ClientResponse>> Client::State::exchange(std::shared_ptr<State> state,
                                                      std::unique_ptr<Connection> connection,
                                                      const ClientRequest& request, OutgoingBody plan) {
  const auto answered = [&socket = connection->socket] {
    boost::system::error_code error;
    return socket.available(error) > 0 || error.failed();
  };
  BodyWriter writer{connection->socket, *connection->watch, state->settings.write_timeout, answered};
  const Result<bool> written = co_await write_message(std::move(writer), head_of(request, plan), request.body, plan);
  const bool own_fault =
      !written && written.error().kind != ErrorKind::unavailable && written.error().kind != ErrorKind::timeout;
  if (own_fault || connection->watch->expired()) co_return fail(written.error());
  // Whoever stops reading often has said why: look for the answer before complaining about the broken pipe.
  auto parser = co_await read_head(*connection, request, request.timeout.value_or(state->settings.header_timeout));
  if (!parser) co_return fail(std::move(parser).error());
  ClientResponse response;
  response.status = static_cast<int>((*parser)->get().result_int());
  for (const auto& field : (*parser)->get())
    response.headers.add(std::string(field.name_string()), std::string(field.value()));
  const bool whole = written.has_value() && *written;  // a request that was cut short spoils the connection
  response.body = std::make_shared<ResponseStream>(
      std::move(connection), std::move(*parser), state->settings.read_timeout,
      [state, whole, authority = authority_of(request)](std::unique_ptr<Connection> used) {
        if (whole) state->give_back(authority, std::move(used));
      });
  co_return response;
}

Async<Result<ClientResponse>> Client::send(ClientRequest request) {
  Attempt one = co_await attempt(request);
  co_return std::move(one.answer);
}

Async<Attempt> Client::attempt(const ClientRequest& request) {
  const auto state = state_;
  Attempt outcome;
  if (!good_target(request.target)) {
    outcome.answer = fail(ErrorKind::malformed, "the target of a request must start with `/` and have no blanks");
    co_return outcome;
  }
  auto planned = plan_body(request.body, request.content_length);
  if (!planned) {
    outcome.answer = fail(std::move(planned).error());
    co_return outcome;
  }
  const OutgoingBody plan = *planned;
  std::unique_ptr<Connection> connection = state->take_idle(authority_of(request));
  if (connection) {
    outcome.sent = true;
    outcome.answer = co_await State::exchange(state, std::move(connection), request, plan);
    const bool stale = !outcome.answer && outcome.answer.error().kind == ErrorKind::unavailable;
    if (!stale || !is_repeatable(request)) co_return outcome;
  }
  auto fresh = co_await state->connect(request);
  if (!fresh) {
    outcome.answer = fail(std::move(fresh).error());
    co_return outcome;
  }
  outcome.sent = true;
  outcome.answer = co_await State::exchange(state, std::move(*fresh), request, plan);
  co_return outcome;
}

Async<Result<FetchedResponse>> fetch(Client& client, ClientRequest request, std::size_t body_limit) {
  VALION_CO_TRY_ASSIGN(ClientResponse response, co_await client.send(std::move(request)));
  VALION_CO_TRY_ASSIGN(std::string body, co_await read_all(*response.body, body_limit));
  if (response.status >= 400) {
    const std::string content_type(response.headers.find("Content-Type").value_or(""));
    co_return fail(error_from_response(response.status, content_type, body));
  }
  FetchedResponse fetched;
  fetched.status = response.status;
  fetched.headers = std::move(response.headers);
  fetched.body = std::move(body);
  co_return fetched;
}

}  // namespace valion::http

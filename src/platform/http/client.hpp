// An HTTP/1.1 client with pooled keep-alive connections. One client per event loop; not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "platform/async/async.hpp"
#include "platform/http/message.hpp"

namespace valion::http {

struct ClientSettings {
  std::chrono::milliseconds connect_timeout{2'000};
  std::chrono::milliseconds write_timeout{30'000};   // for each piece
  std::chrono::milliseconds header_timeout{60'000};  // from the end of the request to the response head
  std::chrono::milliseconds read_timeout{30'000};    // for each piece of the response body
  std::size_t idle_per_host = 64;
  std::chrono::milliseconds idle_time{30'000};
};

struct ClientRequest {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  Method method = Method::get;
  std::string target = "/";
  Headers headers;
  ResponseBody body;  // text and files go with Content-Length, a reader in chunks unless content_length is given
  std::optional<std::uint64_t> content_length;
  std::optional<std::chrono::milliseconds> timeout;  // overrides header_timeout
};

struct ClientResponse {
  int status = 0;
  Headers headers;
  std::shared_ptr<BodyReader> body;  // read it to the end and the connection returns to the pool; drop it and it closes
};

// What became of a request, and whether the peer can have begun to act on it.
struct Attempt {
  Result<ClientResponse> answer;
  bool sent = false;  // false: there was no connection, so it may be sent elsewhere whatever its method
};

class Client {
 public:
  explicit Client(Executor executor, ClientSettings settings = {});
  ~Client();

  // Any HTTP status is a success here. Errors: unavailable (cannot connect, or the peer left before the head),
  // timeout, bad_gateway (not HTTP). A pooled connection that is found closed before anything was sent is
  // replaced silently. One that dies over the request is replaced once, silently, when the request may be repeated
  // (neither
  // POST nor PATCH, and no streaming body): it may have been carried out.
  Async<Result<ClientResponse>> send(ClientRequest request);
  // The same, telling more. `request` must live until this returns; the time to connect is at most its timeout.
  Async<Attempt> attempt(const ClientRequest& request);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// The whole answer in memory; a status of 400 or more becomes the Error it stands for.
struct FetchedResponse {
  int status = 0;
  Headers headers;
  std::string body;
};
Async<Result<FetchedResponse>> fetch(Client& client, ClientRequest request, std::size_t body_limit = 256u << 20);

}  // namespace valion::http

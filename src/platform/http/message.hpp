// HTTP requests and responses as values; bodies stream.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/identity.hpp"
#include "base/result.hpp"
#include "platform/async/async.hpp"
#include "platform/trace/span.hpp"

namespace valion::http {

enum class Method { get, head, post, put, patch, delete_, options };
[[nodiscard]] std::string_view name_of(Method method) noexcept;
[[nodiscard]] std::optional<Method> parse_method(std::string_view text) noexcept;

// Header fields in arrival order; names compare without case (RFC 9110 section 5.1).
class Headers {
 public:
  void add(std::string name, std::string value);
  void set(std::string_view name, std::string value);  // replaces all of that name
  void erase(std::string_view name);
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;  // the first
  [[nodiscard]] auto begin() const { return fields_.begin(); }
  [[nodiscard]] auto end() const { return fields_.end(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// A body read in pieces. One reader, one consumer, on the connection's executor.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  // The next piece; an empty string means the body has ended. Errors: too_large (the limit of the route), timeout,
  // malformed (bad chunking), bad_gateway (the peer left).
  virtual Async<Result<std::string>> read_some() = 0;
};

// A body that is already in memory, as a reader.
[[nodiscard]] std::shared_ptr<BodyReader> body_of(std::string text);
// The whole body as text; too_large as soon as it passes `limit` bytes.
Async<Result<std::string>> read_all(BodyReader& body, std::size_t limit);

// Values of the `{name}` parts of a route, percent-decoded, checked by the router against their type.
class PathParameters {
 public:
  void add(std::string name, std::string value) { values_.insert_or_assign(std::move(name), std::move(value)); }
  [[nodiscard]] const std::string& text(const std::string& name) const { return values_.at(name); }
  [[nodiscard]] std::int64_t integer(const std::string& name) const { return std::stoll(values_.at(name)); }

 private:
  std::map<std::string, std::string> values_;
};

struct Request {
  Method method = Method::get;
  std::string target;                        // as received: path and query
  std::string path;                          // percent-decoded, dot segments refused
  std::map<std::string, std::string> query;  // percent-decoded; the last of equal names wins
  Headers headers;
  std::shared_ptr<BodyReader> body;  // never null
  std::optional<std::uint64_t> content_length;

  // Filled by the server and the router on the way in.
  std::string remote_address;
  std::string route;  // the template that matched, e.g. `/data/versions/{version:hash}`; empty if none did
  PathParameters parameters;
  std::string allowed_methods;  // for the Allow field, when the path is known and the method is not
  std::string request_id;       // X-Request-Id, accepted when well-formed, made otherwise
  std::string trace_id;         // 32 hexadecimal digits of the W3C traceparent, likewise
  std::string span_id;          // 16 digits: this request's own span
  std::string parent_span_id;   // the caller's span; empty when the trace begins here
  bool sampled = false;         // the caller's flag; for a trace that begins here, decided around the handler
  trace::Parent span;           // what this request's spans hang below; set around the handler
  std::optional<std::chrono::steady_clock::time_point> deadline;  // when the caller stops waiting; set likewise
  std::optional<Principal> principal;                             // set by the authentication filter
};

struct FileBody {
  std::filesystem::path path;  // sent with Content-Length, in pieces; the file must not change meanwhile
};

using ResponseBody = std::variant<std::string, FileBody, std::shared_ptr<BodyReader>>;

struct Response {
  int status = 200;
  Headers headers;
  ResponseBody body;
};

[[nodiscard]] Response json_response(int status, std::string json);
[[nodiscard]] Response text_response(int status, std::string_view content_type, std::string text);
// RFC 9457: `type, title, status, detail, instance, errors[], errors_total, request_id, trace_id`. A declared table in
// problem.cpp
// maps kinds to statuses. `request` supplies instance and ids.
[[nodiscard]] Response problem_response(const Error& error, const Request& request);
// The inverse, for clients: the Error that a problem+json (or any other failing answer) stands for.
[[nodiscard]] Error error_from_response(int status, std::string_view content_type, const std::string& body);
[[nodiscard]] int status_of(ErrorKind kind) noexcept;

using Handler = std::function<Async<Result<Response>>(Request&)>;

}  // namespace valion::http

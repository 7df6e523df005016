#include "platform/service/idempotent.hpp"

#include <algorithm>

#include "platform/jobs/idempotency.hpp"
#include "platform/objects/object_store.hpp"

namespace valion {
namespace {

constexpr std::size_t kLongestKey = 255;
constexpr std::size_t kBodyLimit = 1u << 20;

Result<std::string> key_in(std::string_view header) {
  const bool printable = std::all_of(header.begin(), header.end(), [](char c) { return c > ' ' && c < 127; });
  if (!header.empty() && header.size() <= kLongestKey && printable) return std::string(header);
  return fail(ErrorKind::malformed, "Idempotency-Key must have 1 to 255 printable characters without spaces");
}

http::Response replayed(jobs::StoredAnswer answer) {
  http::Response response = http::json_response(answer.status, std::move(answer.body));
  if (!answer.location.empty()) response.headers.set("Location", std::move(answer.location));
  response.headers.set("Idempotent-Replayed", "true");
  return response;
}

}  // namespace

Async<Result<http::Response>> idempotently(ServiceContext& context, http::Request& request, http::Handler handler) {
  const auto header = request.headers.find("Idempotency-Key");
  if (!header) {
    auto response = co_await handler(request);
    co_return response;
  }
  jobs::IdempotentRequest asked;
  VALION_CO_TRY_ASSIGN(asked.key, key_in(*header));
  VALION_CO_TRY_ASSIGN(std::string body, co_await http::read_all(*request.body, kBodyLimit));
  asked.principal = *request.principal;
  asked.route = request.route;
  asked.body_hash = sha256(request.target + "\n" + body).text();
  request.body = http::body_of(std::move(body));

  VALION_CO_TRY_ASSIGN(auto stored, co_await jobs::take_key(context.jobs_database, asked));
  if (stored) co_return replayed(std::move(*stored));
  auto response = co_await handler(request);
  const std::string* text = response ? std::get_if<std::string>(&response->body) : nullptr;
  Result<void> noted;
  if (text != nullptr) {
    jobs::StoredAnswer answer{response->status, std::string(response->headers.find("Location").value_or("")), *text};
    noted = co_await jobs::keep_answer(context.jobs_database, std::move(asked), std::move(answer));
  } else {
    noted = co_await jobs::release_key(context.jobs_database, std::move(asked));
  }
  if (!noted) context.log.warning("cannot note the answer to an Idempotency-Key: " + noted.error().message);
  co_return response;
}

}  // namespace valion

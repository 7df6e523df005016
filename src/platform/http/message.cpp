#include "platform/http/message.hpp"

#include "platform/http/head_text.hpp"

namespace valion::http {
namespace {

class TextBody final : public BodyReader {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  Async<Result<std::string>> read_some() override { co_return std::exchange(text_, {}); }

 private:
  std::string text_;
};

constexpr std::pair<Method, std::string_view> kMethods[] = {
    {Method::get, "GET"},     {Method::head, "HEAD"},      {Method::post, "POST"},      {Method::put, "PUT"},
    {Method::patch, "PATCH"}, {Method::delete_, "DELETE"}, {Method::options, "OPTIONS"}};

}  // namespace

std::string_view name_of(Method method) noexcept {
  for (const auto& [value, name] : kMethods) {
    if (value == method) return name;
  }
  return "GET";
}

std::optional<Method> parse_method(std::string_view text) noexcept {
  for (const auto& [value, name] : kMethods) {
    if (name == text) return value;
  }
  return std::nullopt;
}

void Headers::add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }

void Headers::set(std::string_view name, std::string value) {
  erase(name);
  fields_.emplace_back(std::string(name), std::move(value));
}

void Headers::erase(std::string_view name) {
  std::erase_if(fields_, [&](const auto& field) { return same_without_case(field.first, name); });
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto& [field, value] : fields_) {
    if (same_without_case(field, name)) return value;
  }
  return std::nullopt;
}

std::shared_ptr<BodyReader> body_of(std::string text) { return std::make_shared<TextBody>(std::move(text)); }

Async<Result<std::string>> read_all(BodyReader& body, std::size_t limit) {
  std::string whole;
  for (;;) {
    VALION_CO_TRY_ASSIGN(const std::string piece, co_await body.read_some());
    if (piece.empty()) co_return whole;
    if (piece.size() > limit - whole.size()) {
      co_return fail(ErrorKind::too_large, "the body is larger than the limit of " + std::to_string(limit) + " bytes");
    }
    whole += piece;
  }
}

Response text_response(int status, std::string_view content_type, std::string text) {
  Response response;
  response.status = status;
  response.headers.set("Content-Type", std::string(content_type));
  response.body = std::move(text);
  return response;
}

Response json_response(int status, std::string json) {
  return text_response(status, "application/json", std::move(json));
}

}  // namespace valion::http

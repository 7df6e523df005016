#include "platform/service/read_json.hpp"

#include <algorithm>
#include <cctype>

namespace valion {
namespace {

// The media type without its parameters, in lower case.
std::string media_type(std::string_view header) {
  std::string type(header.substr(0, header.find(';')));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  std::transform(type.begin(), type.end(), type.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return type;
}

}  // namespace

Async<Result<std::string>> read_json_text(http::Request& request, std::size_t limit) {
  const std::string_view given = request.headers.find("Content-Type").value_or("");
  if (media_type(given) != "application/json") {
    co_return fail(ErrorKind::unsupported_media_type,
                   "this route takes application/json" +
                       (given.empty() ? ", and the request has no Content-Type" : ", not " + std::string(given)));
  }
  auto text = co_await http::read_all(*request.body, limit);
  co_return text;
}

}  // namespace valion

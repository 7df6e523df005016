// A request's JSON body as a contract type.
#pragma once

#include <cstddef>

#include "platform/http/message.hpp"
#include "platform/json/described.hpp"

namespace valion {

// The whole body as text when Content-Type is application/json (parameters allowed), else unsupported_media_type;
// too_large over `limit` bytes.
Async<Result<std::string>> read_json_text(http::Request& request, std::size_t limit);

// Also malformed (not JSON) and invalid (every violation with its JSON Pointer).
template <class T>
Async<Result<T>> read_json(http::Request& request, std::size_t limit = 1u << 20) {
  VALION_CO_TRY_ASSIGN(const std::string text, co_await read_json_text(request, limit));
  co_return json::decode<T>(text);
}

}  // namespace valion

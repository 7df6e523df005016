// Any bytes as what Redis answers: the same replies however they are cut, then an error or the wish for more.
#include "fuzz/harness.hpp"
#include "platform/redis/resp.hpp"

namespace {

using valion::redis::Reply;

void describe(const Reply& reply, std::string& text) {
  text += std::to_string(static_cast<int>(reply.kind)) + ":" + std::to_string(reply.integer) + ":" + reply.text + ";";
  for (const Reply& element : reply.elements) describe(element, text);
}

// Everything that comes out when `bytes` arrive in pieces of `piece`.
std::string replies(std::string_view bytes, std::size_t piece) {
  valion::redis::ReplyReader reader;
  std::string seen;
  while (!bytes.empty()) {
    reader.add(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    while (true) {
      const auto next = reader.next();
      if (!next) return seen + "broken";
      if (!*next) break;
      if (**next) {
        describe(***next, seen);
      } else {
        seen += "error " + (**next).error().message;
      }
    }
  }
  return seen;
}

}  // namespace

void valion::fuzz::feed(std::string_view bytes) {
  if (replies(bytes, bytes.size() + 1) != replies(bytes, 3)) __builtin_trap();
}

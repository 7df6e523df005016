// Byte ranges of a stored whole answer (RFC 9110 section 14).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace valion::gateway::cache {

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t length = 0;  // > 0
};

struct RangeAnswer {
  enum class Kind { whole, parts, unsatisfiable };
  Kind kind = Kind::whole;
  std::vector<ByteRange> parts;  // of Kind::parts, in the order asked, each within the body
};

// What a Range field asks of a body of `size` bytes. Another unit, a syntax error, more than 16 ranges, or ranges that together
// would be longer than the body: the whole body is the answer.
[[nodiscard]] RangeAnswer ranges_of(std::string_view range, std::uint64_t size);

}  // namespace valion::gateway::cache

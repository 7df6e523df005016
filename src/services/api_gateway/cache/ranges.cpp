#include "services/api_gateway/cache/ranges.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "services/api_gateway/cache/field_syntax.hpp"
#include "services/api_gateway/message/head.hpp"

namespace valion::gateway::cache {
namespace {

constexpr std::size_t kMostRanges = 16;

// A position; what does not fit into 64 bits is the greatest that does.
std::optional<std::uint64_t> position(std::string_view digits) noexcept {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  if (digits.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : digits) {
    if (!is_digit(c)) return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    value = value > (kMost - digit) / 10 ? kMost : value * 10 + digit;
  }
  return value;
}

struct Read {
  bool well_formed = false;
  std::optional<ByteRange> range;  // none: beyond the body
};

Read read_range(std::string_view text, std::uint64_t size) noexcept {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return {};
  const std::string_view from = text.substr(0, dash), to = text.substr(dash + 1);
  if (from.empty()) {  // the last n bytes
    const auto suffix = position(to);
    if (!suffix) return {};
    const std::uint64_t length = std::min(*suffix, size);
    return {true, length == 0 ? std::nullopt : std::optional<ByteRange>({size - length, length})};
  }
  const auto first = position(from);
  const auto last = to.empty() ? std::optional<std::uint64_t>(size) : position(to);
  if (!first || !last || (!to.empty() && *last < *first)) return {};
  if (*first >= size) return {true, std::nullopt};
  return {true, ByteRange{*first, std::min(*last, size - 1) - *first + 1}};
}

}  // namespace

RangeAnswer ranges_of(std::string_view range, std::uint64_t size) {
  const std::size_t equals = range.find('=');
  if (equals == std::string_view::npos || !same_name(range.substr(0, equals), "bytes")) return {};
  RangeAnswer answer{RangeAnswer::Kind::unsatisfiable, {}};
  std::size_t count = 0;
  std::uint64_t total = 0;
  Members members(range.substr(equals + 1));
  while (const auto member = members.next()) {
    const Read read = read_range(*member, size);
    if (!read.well_formed || ++count > kMostRanges) return {};
    if (!read.range) continue;
    total += read.range->length;
    if (total > size) return {};
    answer.kind = RangeAnswer::Kind::parts;
    answer.parts.push_back(*read.range);
  }
  if (count == 0) return {};
  return answer;
}

}  // namespace valion::gateway::cache

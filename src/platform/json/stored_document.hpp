// JSON documents that are kept: each says in its member `format` which form it has; one written before the number was is of
// format 1.
#pragma once

#include <boost/describe.hpp>

#include <array>
#include <cstdint>
#include <string_view>

#include "base/format_number.hpp"
#include "platform/json/described.hpp"

namespace valion::json {

struct StoredFormat {
  std::int64_t format = 1;
  static constexpr std::array kDefaulted{"format"};
};
BOOST_DESCRIBE_STRUCT(StoredFormat, (), (format))

// conflict, naming both numbers, when a newer program wrote it: to be asked before the document is read or passed on.
[[nodiscard]] inline Result<void> check_stored_format(std::string_view what, std::string_view text,
                                                      std::int64_t known) {
  VALION_TRY_ASSIGN(const StoredFormat stored, decode<StoredFormat>(text, Unknown::ignored));
  return check_format(what, stored.format, known);
}

}  // namespace valion::json

// The request target (RFC 9112 section 3.2) taken apart and made harmless.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace valion::http {

struct Target {
  std::string path;                          // percent-decoded, starts with `/`
  std::map<std::string, std::string> query;  // percent-decoded, `+` is a blank; the last of equal names wins
};

// malformed for anything but an origin or absolute form, for a bad escape, for what is not UTF-8 or has a NUL, for an
// encoded slash, backslash or control character in the path, and for `.` and `..` segments: what cannot be written
// cannot be walked.
[[nodiscard]] Result<Target> parse_target(std::string_view target);
[[nodiscard]] Result<std::string> percent_decode(std::string_view text, bool plus_is_blank);

// A value for a query: everything but unreserved characters (RFC 3986 section 2.3) as percent escapes.
[[nodiscard]] std::string encode_query_value(std::string_view text);

}  // namespace valion::http

// Heads as bytes: status lines and header fields, with nothing in them that could end a line early.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "platform/http/message.hpp"

namespace valion::http {

[[nodiscard]] bool same_without_case(std::string_view a, std::string_view b) noexcept;
[[nodiscard]] std::string_view reason_of(int status) noexcept;
// Appends `Name: value\r\n`; control characters in the value become blanks, a name that is not a token is left out.
void append_field(std::string& head, std::string_view name, std::string_view value);
// All fields but those that describe the connection and the framing (RFC 9110 section 7.6.1): the sender writes those
// itself.
void append_end_to_end_fields(std::string& head, const Headers& headers);
[[nodiscard]] bool is_hop_by_hop(std::string_view name) noexcept;
// IMF-fixdate, `Tue, 24 Nov 2026 08:26:40 GMT`.
[[nodiscard]] std::string http_date(std::chrono::system_clock::time_point moment);

}  // namespace valion::http

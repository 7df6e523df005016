// One log line as JSON: escaped, always a single line, always valid UTF-8.
#pragma once

#include <string>
#include <string_view>

#include "platform/log/logger.hpp"

namespace valion::log {

[[nodiscard]] std::string_view name_of(Level level) noexcept;
[[nodiscard]] std::string json_line(std::string_view timestamp, Level level, std::string_view service_name,
                                    std::string_view instance, std::string_view message, const Fields& fields);

}  // namespace valion::log

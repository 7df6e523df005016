// One log line as JSON: escaped, always a single line, always valid UTF-8, secrets and personal data masked (masking.hpp).
//
//   {"timestamp":"2026-11-24T08:26:40.123Z","level":"info","service_name":"ml_service","instance":"ml_service-1f3a",
//    "request_id":"…","trace_id":"…","tenant":"acme","user_id":"ana","message":"request","fields":{"status":200,"ms":1.5}}
//
// The ten members are always there, in this order; those that a line knows nothing of are empty.
#pragma once

#include <string>
#include <string_view>

#include "platform/log/logger.hpp"

namespace valion::log {

[[nodiscard]] std::string_view name_of(Level level) noexcept;
[[nodiscard]] std::optional<Level> parse_level(std::string_view name) noexcept;

// Who writes, in every line of a process.
struct Origin {
  std::string service_name;
  std::string instance;
};
// `fields` named request_id, trace_id, tenant and user_id become members of the line, the others members of `fields`.
[[nodiscard]] std::string json_line(std::string_view timestamp, Level level, const Origin& origin,
                                    std::string_view message, const Fields& fields);

}  // namespace valion::log

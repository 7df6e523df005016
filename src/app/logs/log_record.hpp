// One line of a log, read back; what people ask for; how it is shown.
#pragma once

#include <boost/describe.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "platform/json/described.hpp"

namespace valion::app {

struct LogRecord {
  std::string timestamp, level, service_name, instance, request_id, trace_id, tenant, user_id, message;
  std::map<std::string, json::Raw> fields;
  static constexpr std::array kDefaulted{"timestamp", "level",  "service_name", "instance", "request_id",
                                         "trace_id",  "tenant", "user_id",      "message",  "fields"};
};
BOOST_DESCRIBE_STRUCT(LogRecord, (),
                      (timestamp, level, service_name, instance, request_id, trace_id, tenant, user_id, message,
                       fields))

// Empty: everything passes.
struct LogFilter {
  std::string service;     // as service_name
  std::string level;       // this one and more serious ones
  std::string request_id;  // also a trace id: both name one piece of work
  std::string since;       // a timestamp of the log
};
[[nodiscard]] bool passes(const LogFilter& filter, const LogRecord& record);

// `90s`, `15m`, `2h`, `1d`; nothing for anything else.
[[nodiscard]] std::optional<std::chrono::seconds> parse_age(std::string_view text);

// `90s`, `15m`, `2h`, `1d` before `now`, or a date or RFC 3339 time in UTC, as a timestamp of the log. invalid otherwise.
[[nodiscard]] Result<std::string> parse_since(std::string_view text, std::chrono::system_clock::time_point now);

// `2026-11-24 08:26:40.123 INFO  ml_service  model trained  rows=20486 request_id=…`: a line without its end. `colour`: by level.
[[nodiscard]] std::string to_text(const LogRecord& record, bool colour);

}  // namespace valion::app

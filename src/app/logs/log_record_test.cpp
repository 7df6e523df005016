#include "app/logs/log_record.hpp"

#include <gtest/gtest.h>

#include "platform/log/json_line.hpp"

namespace valion::app {
namespace {

using namespace std::chrono_literals;
using log::Level;

LogRecord record_of(Level level, const log::Fields& fields = {}) {
  const std::string line =
      log::json_line("2026-11-24T08:26:40.123Z", level, {"ml_service", "ml_service-1"}, "model trained", fields);
  return *json::decode<LogRecord>(line, json::Unknown::ignored);
}

TEST(LogRecord, IsShownOnOneLine) {
  const LogRecord record = record_of(Level::info, {{"request_id", std::string("abc")},
                                                   {"user_id", std::string("ana")},
                                                   {"rows", std::int64_t{20486}},
                                                   {"route", std::string("/ml/models")},
                                                   {"note", std::string("two words")}});
  EXPECT_EQ(to_text(record, false),
            "2026-11-24 08:26:40.123 INFO    ml_service         model trained  note=\"two words\" route=/ml/models "
            "rows=20486 user=ana request_id=abc");
  EXPECT_NE(to_text(record, true).find("\033[32mINFO   \033[0m"), std::string::npos);
}

TEST(LogRecord, PassesWhatIsAskedFor) {
  const LogRecord record =
      record_of(Level::warning, {{"request_id", std::string("abc")}, {"trace_id", std::string("def")}});
  EXPECT_TRUE(passes({}, record));
  EXPECT_TRUE(passes({.service = "ml_service", .level = "info", .request_id = "abc"}, record));
  EXPECT_TRUE(passes({.request_id = "def"}, record)) << "a trace id";
  EXPECT_TRUE(passes({.level = "warning"}, record));
  EXPECT_FALSE(passes({.level = "error"}, record));
  EXPECT_FALSE(passes({.service = "api_gateway"}, record));
  EXPECT_FALSE(passes({.request_id = "ab"}, record));
  EXPECT_TRUE(passes({.since = "2026-11-24T08:26:40.123Z"}, record));
  EXPECT_FALSE(passes({.since = "2026-11-24T08:26:41"}, record));
}

TEST(LogRecord, SinceIsAnAgeOrATime) {
  const std::chrono::system_clock::time_point moment{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + 8h};
  EXPECT_EQ(*parse_since("90s", moment), "2026-11-24T07:58:30.000Z");
  EXPECT_EQ(*parse_since("15m", moment), "2026-11-24T07:45:00.000Z");
  EXPECT_EQ(*parse_since("2h", moment), "2026-11-24T06:00:00.000Z");
  EXPECT_EQ(*parse_since("1d", moment), "2026-11-23T08:00:00.000Z");
  EXPECT_EQ(*parse_since("2026-11-24", moment), "2026-11-24");
  EXPECT_EQ(*parse_since("2026-11-24 07:30", moment), "2026-11-24T07:30");
  EXPECT_EQ(*parse_since("2026-11-24T07:30:15.5Z", moment), "2026-11-24T07:30:15.5");
  for (const char* wrong : {"", "5", "m", "-5m", "yesterday", "2026-11", "2026-11-24T7:30", "1w"}) {
    EXPECT_FALSE(parse_since(wrong, moment)) << wrong;
  }
}

}  // namespace
}  // namespace valion::app

#include "platform/log/logger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "platform/log/json_line.hpp"

namespace valion::log {
namespace {

using testing::HasSubstr;

std::vector<std::string> lines_of(const std::filesystem::path& file) {
  std::ifstream input(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(input, line);) lines.push_back(line);
  return lines;
}

class LoggerTest : public testing::Test {
 protected:
  LoggerTest() {
    std::string name = (std::filesystem::temp_directory_path() / "valion-log-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    settings_.file = folder_ / "service.log";
    settings_.service_name = "ml_service";
    settings_.instance = "ml_service-1";
  }
  ~LoggerTest() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
  LogSettings settings_;
};

TEST(JsonLine, EscapesWhatWouldBreakIt) {
  const Fields fields{{"request_id", std::string("a\"b")}, {"ms", 1.5}, {"status", std::int64_t{200}}, {"ok", true}};
  EXPECT_EQ(json_line("2026-01-01T00:00:00.000Z", Level::warning, {"s", "s-1"}, "two\nlines \xFF", fields),
            R"({"timestamp":"2026-01-01T00:00:00.000Z","level":"warning","service_name":"s","instance":"s-1",)"
            R"("request_id":"a\"b","trace_id":"","tenant":"","user_id":"","message":"two\nlines )"
            "\xEF\xBF\xBD"
            R"(","fields":{"ms":1.5,"status":200,"ok":true}})");
}

TEST(JsonLine, MasksMessageAndFields) {
  const Fields fields{{"user_id", std::string("ana@example.com")},
                      {"path", std::string("/x?token=abc")},
                      {"password", std::string("hunter2")},
                      {"tokens", std::int64_t{3}}};
  EXPECT_THAT(json_line("t", Level::info, {"s", "s-1"}, "CPF 529.982.247-25", fields),
              HasSubstr(R"("user_id":"[email]","message":"CPF [cpf]","fields":{"path":"/x?token=[secret]",)"
                        R"("password":"[secret]","tokens":3}})"));
}

TEST_F(LoggerTest, WritesOneLineEachAndNothingBelowItsLevel) {
  Logger logger(settings_);
  logger.debug("unseen");
  logger.info("seen", {{"request_id", std::string("abc")}});
  const auto lines = lines_of(settings_.file);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0], HasSubstr(R"("service_name":"ml_service","instance":"ml_service-1","request_id":"abc",)"));
}

TEST_F(LoggerTest, RotatesAndKeepsTheStatedNumberOfFiles) {
  settings_.rotate_bytes = 2000;
  settings_.files = 3;
  Logger logger(settings_);
  for (int i = 0; i < 200; ++i) logger.info("a line of the log");
  const auto count = std::distance(std::filesystem::directory_iterator(folder_), std::filesystem::directory_iterator());
  EXPECT_EQ(count, 4) << "the one being written and three older ones";
  EXPECT_TRUE(std::filesystem::exists(folder_ / "service.log.3"));
}

TEST_F(LoggerTest, DoesNotStartWithALevelThatThereIsNot) {
  settings_.level = "loud";
  EXPECT_THROW(Logger{settings_}, std::invalid_argument);
  for (const char* level : {"trace", "debug", "info", "warning", "error"}) {
    settings_.level = level;
    Logger(settings_).error("seen");
  }
  EXPECT_EQ(lines_of(settings_.file).size(), 5u);
}

TEST_F(LoggerTest, ChangesItsLevelWhileItRuns) {
  Logger logger(settings_);
  logger.debug("unseen");
  logger.set_level(Level::debug);
  logger.debug("seen");
  logger.set_level(Level::error);
  logger.warning("unseen");
  EXPECT_EQ(logger.level(), Level::error);
  EXPECT_EQ(lines_of(settings_.file).size(), 1u);
  EXPECT_EQ(logger.counts().written, 1u);
}

TEST_F(LoggerTest, GoesOnWhenTheDiskIsFullOrTheFolderGone) {
  const auto folder = settings_.file.parent_path() / "inner";
  settings_.file = folder / "service.log";
  settings_.rotate_bytes = 300;
  Logger logger(settings_);
  std::filesystem::remove_all(folder);
  for (int i = 0; i < 20; ++i) logger.info("written while the folder is gone");
  EXPECT_FALSE(lines_of(settings_.file).empty()) << "a rotation makes folder and file anew";

  settings_.file = "/dev/full";
  Logger full(settings_);
  full.error("lost");
  EXPECT_EQ(full.counts().lost, 1u);
  EXPECT_EQ(full.counts().written, 0u);
}

TEST_F(LoggerTest, KeepsLinesWholeWhenThreadsWriteAtOnce) {
  {
    Logger logger(settings_);
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 250; ++i) logger.info("from a thread");
      });
    }
  }
  const auto lines = lines_of(settings_.file);
  EXPECT_EQ(lines.size(), 1000u);
  for (const std::string& line : lines) ASSERT_TRUE(line.starts_with("{") && line.ends_with("}"));
}

}  // namespace
}  // namespace valion::log

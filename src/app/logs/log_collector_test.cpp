#include "app/logs/log_collector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <random>
#include <set>

#include "base/date.hpp"
#include "platform/log/json_line.hpp"
#include "platform/log/rotating_file.hpp"

namespace valion::app {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

std::string line_of(const std::string& service, int second, const std::string& message) {
  const std::chrono::system_clock::time_point moment{std::chrono::seconds(1'800'000'000 + second)};
  return log::json_line(utc_timestamp(moment), log::Level::info, {service, service + "-1"}, message, {});
}

class LogCollectorTest : public testing::Test {
 protected:
  LogCollectorTest() {
    std::string name = (std::filesystem::temp_directory_path() / "valion-collect-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~LogCollectorTest() override { std::filesystem::remove_all(folder_); }

  void append(const std::string& log, const std::string& line) const {
    std::ofstream(folder_ / log, std::ios::app | std::ios::binary) << line << '\n';
  }
  [[nodiscard]] std::vector<std::string> joined() const {
    std::vector<std::string> lines;
    for (const LogFile& file : files_of(folder_ / kJoinedLog)) {
      std::ifstream input(file.path);
      for (std::string line; std::getline(input, line);) lines.push_back(line);
    }
    return lines;
  }

  std::filesystem::path folder_;
};

TEST_F(LogCollectorTest, JoinsTheLogsInTheOrderOfTime) {
  append("a.log", line_of("a", 1, "first"));
  append("a.log", line_of("a", 3, "third"));
  append("b.log", line_of("b", 2, "second"));
  LogCollector collector(folder_);
  ASSERT_TRUE(collector.collect());
  EXPECT_THAT(joined(), ElementsAre(HasSubstr("first"), HasSubstr("second"), HasSubstr("third")));
  ASSERT_TRUE(collector.collect());
  EXPECT_THAT(joined(), SizeIs(3));
}

TEST_F(LogCollectorTest, GoesOnWhereItsPredecessorStopped) {
  append("a.log", line_of("a", 1, "first"));
  ASSERT_TRUE(LogCollector(folder_).collect());
  append("a.log", line_of("a", 2, "second"));
  append("b.log", line_of("b", 3, "third"));
  ASSERT_TRUE(LogCollector(folder_).collect());
  EXPECT_THAT(joined(), ElementsAre(HasSubstr("first"), HasSubstr("second"), HasSubstr("third")));
}

TEST_F(LogCollectorTest, CutsOffWhatAKilledPredecessorHadNotAccountedFor) {
  append("a.log", line_of("a", 1, "first"));
  ASSERT_TRUE(LogCollector(folder_).collect());
  append(kJoinedLog, line_of("a", 2, "second"));
  std::ofstream(folder_ / kJoinedLog, std::ios::app) << "{\"timestamp\":\"2027-01-1";
  append("a.log", line_of("a", 2, "second"));
  ASSERT_TRUE(LogCollector(folder_).collect());
  EXPECT_THAT(joined(), ElementsAre(HasSubstr("first"), HasSubstr("second")));
}

TEST_F(LogCollectorTest, RecoversFromADeathBetweenRotationAndTheNewPlaces) {
  append("a.log", line_of("a", 1, "first"));
  ASSERT_TRUE(LogCollector(folder_).collect());
  std::filesystem::rename(folder_ / kJoinedLog, folder_ / "valion.log.1");
  append(kJoinedLog, line_of("a", 2, "second"));
  append("a.log", line_of("a", 2, "second"));
  ASSERT_TRUE(LogCollector(folder_).collect());
  EXPECT_THAT(joined(), ElementsAre(HasSubstr("first"), HasSubstr("second")));
}

TEST_F(LogCollectorTest, WrapsWhatIsNoLogLine) {
  append("a.log", "Segmentation fault");
  ASSERT_TRUE(LogCollector(folder_).collect());
  ASSERT_THAT(joined(), SizeIs(1));
  EXPECT_THAT(joined()[0], HasSubstr(R"("text":"Segmentation fault")"));
  EXPECT_TRUE(joined()[0].starts_with("{\"timestamp\":"));
}

TEST_F(LogCollectorTest, SaysWhenLinesWereRotatedAwayUnread) {
  append("a.log", line_of("a", 1, "first"));
  ASSERT_TRUE(LogCollector(folder_).collect());
  std::ofstream(folder_ / "a.log", std::ios::trunc) << line_of("a", 9, "ninth") << '\n';
  ASSERT_TRUE(LogCollector(folder_).collect());
  EXPECT_THAT(joined(), testing::Contains(HasSubstr("rotated away before they were read")));
  EXPECT_THAT(joined(), testing::Contains(HasSubstr("ninth")));
}

TEST_F(LogCollectorTest, RotatesAndKeepsFilesWithinTheLimit) {
  CollectorLimits limits;
  limits.rotate_bytes = 4000;
  limits.kept = 3;
  limits.batch_bytes = 1000;
  LogCollector collector(folder_, limits);
  for (int number = 0; number < 200; ++number) append("a.log", line_of("a", number, "a line"));
  ASSERT_TRUE(collector.collect());
  const auto files = files_of(folder_ / kJoinedLog);
  EXPECT_THAT(files, SizeIs(4));
  for (const LogFile& file : files) EXPECT_LE(file.size, 4000) << file.path;
  EXPECT_THAT(joined().back(), HasSubstr(line_of("a", 199, "a line")));
}

TEST_F(LogCollectorTest, KeepsLinesThatTheDiskRefused) {
  std::filesystem::create_symlink("/dev/full", folder_ / kJoinedLog);
  append("a.log", line_of("a", 1, "first"));
  LogCollector collector(folder_);
  EXPECT_FALSE(collector.collect());
  std::filesystem::remove(folder_ / kJoinedLog);
  append("a.log", line_of("a", 2, "second"));
  EXPECT_FALSE(collector.collect()) << "it still holds the full one";
  LogCollector successor(folder_);
  ASSERT_TRUE(successor.collect());
  EXPECT_THAT(joined(), ElementsAre(HasSubstr("first"), HasSubstr("second")));
}

// Both sides are killed again and again while they write, rotate and read; in the end every acknowledged line is there, whole, once.
TEST_F(LogCollectorTest, LosesTearsAndDoublesNothingWhenEitherSideIsKilled) {
  constexpr int kWriters = 2;
  constexpr int kRounds = 40;
  const auto write_until_killed = [&](int writer, int from, int acknowledge) {
    log::RotatingFile file(folder_ / ("w" + std::to_string(writer) + ".log"), 20'000, 500);
    for (int number = from;; ++number) {
      if (!file.append(line_of("w" + std::to_string(writer), number, "line " + std::to_string(number)))) _exit(1);
      if (write(acknowledge, &number, sizeof number) != sizeof number) _exit(1);
      usleep(50);
    }
  };
  const auto collect_until_killed = [&] {
    CollectorLimits limits;
    limits.rotate_bytes = 60'000;
    limits.kept = 500;
    limits.batch_bytes = 5'000;
    LogCollector collector(folder_, limits);
    for (;;) collector.collect();
  };
  std::mt19937 random(7);
  std::vector<int> last(kWriters, -1);
  for (int round = 0; round < kRounds; ++round) {
    std::vector<pid_t> children;
    std::vector<int> acknowledged;
    for (int writer = 0; writer < kWriters; ++writer) {
      int ends[2];
      ASSERT_EQ(pipe(ends), 0);
      const pid_t child = fork();
      if (child == 0) write_until_killed(writer, last[static_cast<std::size_t>(writer)] + 1, ends[1]);
      close(ends[1]);
      children.push_back(child);
      acknowledged.push_back(ends[0]);
    }
    const pid_t collector = fork();
    if (collector == 0) collect_until_killed();
    children.push_back(collector);
    usleep(5'000 + static_cast<useconds_t>(random() % 25'000));
    std::shuffle(children.begin(), children.end(), random);
    for (const pid_t child : children) {
      kill(child, SIGKILL);
      waitpid(child, nullptr, 0);
    }
    for (int writer = 0; writer < kWriters; ++writer) {
      const int end = acknowledged[static_cast<std::size_t>(writer)];
      for (int number = 0; read(end, &number, sizeof number) == sizeof number;) {
        last[static_cast<std::size_t>(writer)] = number;
      }
      close(end);
    }
  }
  CollectorLimits limits;
  limits.rotate_bytes = 60'000;
  limits.kept = 500;
  ASSERT_TRUE(LogCollector(folder_, limits).collect());

  std::map<std::string, int> seen;
  for (const std::string& line : joined()) {
    ASSERT_TRUE(line.starts_with("{\"timestamp\"") && line.ends_with("}}")) << line;
    ++seen[line];
  }
  int expected = 0;
  for (int writer = 0; writer < kWriters; ++writer) {
    const std::string service = "w" + std::to_string(writer);
    for (int number = 0; number <= last[static_cast<std::size_t>(writer)]; ++number, ++expected) {
      // A writer killed between the line and its acknowledgement wrote it, and its successor wrote that number again.
      const auto found = seen.find(line_of(service, number, "line " + std::to_string(number)));
      ASSERT_TRUE(found != seen.end()) << service << " " << number;
      ASSERT_LE(found->second, 2);
    }
  }
  int doubled = 0;
  for (const auto& [line, count] : seen) doubled += count - 1;
  EXPECT_LE(doubled, kRounds * kWriters) << "only what the killed writers wrote twice themselves";
  EXPECT_GT(expected, 1000);
}

}  // namespace
}  // namespace valion::app

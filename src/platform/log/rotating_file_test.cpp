#include "platform/log/rotating_file.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace valion::log {
namespace {

using testing::ElementsAre;

class RotatingFileTest : public testing::Test {
 protected:
  RotatingFileTest() {
    std::string name = (std::filesystem::temp_directory_path() / "valion-rotating-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~RotatingFileTest() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::filesystem::path file() const { return folder_ / "service.log"; }
  [[nodiscard]] std::vector<std::string> lines_of(const std::string& name) const {
    std::ifstream input(folder_ / name);
    std::vector<std::string> lines;
    for (std::string line; std::getline(input, line);) lines.push_back(input.eof() ? line + "<no end>" : line);
    return lines;
  }
  // How often each line is in all the files together.
  [[nodiscard]] std::map<std::string, int> all_lines() const {
    std::map<std::string, int> counted;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      for (const std::string& line : lines_of(entry.path().filename())) ++counted[line];
    }
    return counted;
  }

  std::filesystem::path folder_;
};

TEST_F(RotatingFileTest, NumbersTheFilesFromTheNewestAndDropsTheOldest) {
  RotatingFile log(file(), 10, 2);
  for (const char* line : {"first", "second", "third", "fourth"}) EXPECT_TRUE(log.append(line));
  EXPECT_THAT(lines_of("service.log"), ElementsAre("fourth"));
  EXPECT_THAT(lines_of("service.log.1"), ElementsAre("third"));
  EXPECT_THAT(lines_of("service.log.2"), ElementsAre("second"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "service.log.3"));
}

TEST_F(RotatingFileTest, KeepsTheInodeSoThatAFollowerFindsItsPlace) {
  RotatingFile log(file(), 10, 2);
  log.append("followed");
  const int follower = open(file().c_str(), O_RDONLY | O_CLOEXEC);
  log.append("and on");
  char piece[64] = {};
  EXPECT_EQ(read(follower, piece, sizeof piece), 9);
  EXPECT_STREQ(piece, "followed\n");
  close(follower);
  EXPECT_THAT(lines_of("service.log.1"), ElementsAre("followed"));
}

TEST_F(RotatingFileTest, WritesALineThatIsLongerThanAFileAllTheSame) {
  RotatingFile log(file(), 10, 2);
  log.append("short");
  EXPECT_TRUE(log.append(std::string(100'000, 'x')));
  EXPECT_EQ(std::filesystem::file_size(file()), 100'001u);
}

TEST_F(RotatingFileTest, CutsOffWhatADeadWriterLeftHalfWritten) {
  std::ofstream(file()) << "whole\n" << std::string(9000, 'h');
  RotatingFile log(file(), 1 << 20, 2);
  log.append("next");
  EXPECT_THAT(lines_of("service.log"), ElementsAre("whole", "next"));
}

TEST_F(RotatingFileTest, TakesAGapInTheNumbersForWhatItIs) {
  std::ofstream(folder_ / "service.log.2") << "older\n";  // killed between two renames
  RotatingFile log(file(), 10, 3);
  log.append("longer than");
  log.append("ten");
  EXPECT_THAT(lines_of("service.log.1"), ElementsAre("longer than"));
  EXPECT_THAT(lines_of("service.log.3"), ElementsAre("older"));
}

TEST_F(RotatingFileTest, SaysThatALineIsLostWhenTheDiskIsFull) {
  RotatingFile full("/dev/full", 1 << 20, 2);
  EXPECT_FALSE(full.append("lost"));
  EXPECT_THROW(RotatingFile("/proc/none/service.log", 10, 2), std::system_error);
}

// A process that writes and rotates is killed again and again, at any moment. Each line it says it has written is there, whole,
// once; in all files together there is nothing else but at most one more line per life, written and not yet told.
TEST_F(RotatingFileTest, LosesAndTearsNothingWhenTheWriterIsKilled) {
  constexpr int kLives = 30;
  constexpr std::size_t kPadding = 3000;  // nearly a page, so that lines cross pages
  std::vector<std::string> told;
  for (int life = 0; life < kLives; ++life) {
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    const pid_t writer = fork();
    if (writer == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      RotatingFile log(file(), 200'000, 600);
      for (int i = 0;; ++i) {
        const std::string name = std::to_string(life) + ":" + std::to_string(i) + "\n";
        const std::string line = name.substr(0, name.size() - 1) + " " + std::string(kPadding, 'x');
        if (!log.append(line) || write(ends[1], name.data(), name.size()) < 0) _exit(1);
      }
    }
    close(ends[1]);
    // Killed after a number of lines that differs from life to life; the rest of what it told is read after its end.
    std::string said;
    char piece[4096];
    const std::size_t enough = 200u + 137u * static_cast<unsigned>(life);
    while (said.size() < enough) {
      const auto got = read(ends[0], piece, sizeof piece);
      ASSERT_GT(got, 0) << "the writer ended by itself";
      said.append(piece, static_cast<std::size_t>(got));
    }
    kill(writer, SIGKILL);
    waitpid(writer, nullptr, 0);
    for (ssize_t got = 0; (got = read(ends[0], piece, sizeof piece)) > 0;)
      said.append(piece, static_cast<std::size_t>(got));
    close(ends[0]);
    for (std::size_t begin = 0, end = 0; (end = said.find('\n', begin)) != std::string::npos; begin = end + 1) {
      told.push_back(said.substr(begin, end - begin) + " " + std::string(kPadding, 'x'));
    }
  }
  RotatingFile(file(), 200'000, 600).append("the end");
  auto found = all_lines();
  EXPECT_EQ(found.erase("the end"), 1u);
  std::size_t missing = 0, doubled = 0;
  for (const std::string& line : told) {
    const auto one = found.find(line);
    missing += one == found.end() ? 1 : 0;
    if (one == found.end()) continue;
    doubled += one->second == 1 ? 0 : 1;
    found.erase(one);
  }
  EXPECT_EQ(missing, 0u) << "of " << told.size();
  EXPECT_EQ(doubled, 0u);
  EXPECT_LE(found.size(), static_cast<std::size_t>(kLives));
  for (const auto& [line, times] : found) {
    EXPECT_TRUE(times == 1 && line.ends_with(" " + std::string(kPadding, 'x'))) << line.substr(0, 40);
  }
  const auto files = std::distance(std::filesystem::directory_iterator(folder_), std::filesystem::directory_iterator());
  EXPECT_GT(files, 10) << "it rotated";
  std::printf("%zu lines told in %d lives, in %zd files\n", told.size(), kLives, static_cast<ssize_t>(files));
}

}  // namespace
}  // namespace valion::log

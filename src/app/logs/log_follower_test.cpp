#include "app/logs/log_follower.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "platform/log/rotating_file.hpp"

namespace valion::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LogFollowerTest : public testing::Test {
 protected:
  LogFollowerTest() {
    std::string name = (std::filesystem::temp_directory_path() / "valion-follow-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    log_ = folder_ / "a.log";
  }
  ~LogFollowerTest() override { std::filesystem::remove_all(folder_); }

  static std::vector<std::string> all_of(LogFollower& follower, std::size_t limit = 1 << 20) {
    std::vector<std::string> lines;
    while (follower.read(lines, limit)) {
    }
    return lines;
  }
  void append(const std::string& bytes) const { std::ofstream(log_, std::ios::app | std::ios::binary) << bytes; }
  void rotate() const {
    for (int number = 5; number > 1; --number) {
      std::error_code ignored;
      std::filesystem::rename(log_.string() + "." + std::to_string(number - 1),
                              log_.string() + "." + std::to_string(number), ignored);
    }
    std::filesystem::rename(log_, log_.string() + ".1");
  }

  std::filesystem::path folder_, log_;
};

TEST_F(LogFollowerTest, WaitsForALogThatIsNotThereYet) {
  LogFollower follower(log_, std::nullopt);
  EXPECT_THAT(all_of(follower), IsEmpty());
  append("one\n");
  EXPECT_THAT(all_of(follower), ElementsAre("one"));
}

TEST_F(LogFollowerTest, ReadsWholeLinesOnlyAndEachOnce) {
  append("one\ntw");
  LogFollower follower(log_, std::nullopt);
  EXPECT_THAT(all_of(follower), ElementsAre("one"));
  append("o\nthree\n");
  EXPECT_THAT(all_of(follower), ElementsAre("two", "three"));
  EXPECT_THAT(all_of(follower), IsEmpty());
}

TEST_F(LogFollowerTest, ReadsOldFilesBeforeNewOnes) {
  append("one\n");
  rotate();
  append("two\n");
  rotate();
  append("three\n");
  LogFollower follower(log_, std::nullopt);
  EXPECT_THAT(all_of(follower), ElementsAre("one", "two", "three"));
}

TEST_F(LogFollowerTest, LosesNothingWhenTheLogIsRotatedSeveralTimesBetweenTwoLooks) {
  append("one\n");
  LogFollower follower(log_, std::nullopt);
  EXPECT_THAT(all_of(follower), ElementsAre("one"));
  append("two\n");
  rotate();
  append("three\n");
  rotate();
  EXPECT_THAT(all_of(follower), ElementsAre("two", "three")) << "also between the renaming and the new file";
  append("four\n");
  EXPECT_THAT(all_of(follower), ElementsAre("four"));
}

TEST_F(LogFollowerTest, ReadsAFileThatWasRotatedAwayWhileItWasOpen) {
  append("one\n");
  LogFollower follower(log_, std::nullopt);
  EXPECT_THAT(all_of(follower), ElementsAre("one"));
  append("two\n");
  rotate();
  std::filesystem::remove(log_.string() + ".1");
  append("three\n");
  EXPECT_THAT(all_of(follower), ElementsAre("two", "three"));
  EXPECT_FALSE(follower.take_gap());
}

TEST_F(LogFollowerTest, GoesOnFromASavedPlace) {
  append("one\ntwo\n");
  LogPlace place;
  {
    LogFollower follower(log_, std::nullopt);
    std::vector<std::string> lines;
    EXPECT_TRUE(follower.read(lines, 1));
    EXPECT_THAT(lines, ElementsAre("one"));
    place = follower.place();
  }
  rotate();
  append("three\n");
  LogFollower follower(log_, place);
  EXPECT_THAT(all_of(follower), ElementsAre("two", "three"));
}

TEST_F(LogFollowerTest, IsNotFooledByAnInodeThatIsUsedAgain) {
  append("one\n");
  LogFollower first(log_, std::nullopt);
  EXPECT_THAT(all_of(first), ElementsAre("one"));
  LogPlace place = first.place();
  std::ofstream(log_, std::ios::trunc) << "another file\n";
  LogFollower second(log_, place);
  EXPECT_TRUE(second.take_gap());
  EXPECT_FALSE(second.take_gap());
  EXPECT_THAT(all_of(second), ElementsAre("another file"));
}

TEST_F(LogFollowerTest, BeginsAnewInAFileThatSomebodyEmptied) {
  append("one\ntwo\n");
  LogFollower follower(log_, std::nullopt);
  EXPECT_THAT(all_of(follower), ElementsAre("one", "two"));
  std::filesystem::resize_file(log_, 0);
  append("3\n");
  EXPECT_THAT(all_of(follower), ElementsAre("3"));
  EXPECT_EQ(follower.place().head, "3\n");
}

TEST_F(LogFollowerTest, BeginsAtTheEndWhenOnlyWhatComesIsWanted) {
  append("one\ntwo\n");
  LogFollower follower(log_, std::nullopt);
  follower.skip_to_end();
  append("three\n");
  EXPECT_THAT(all_of(follower), ElementsAre("three"));
}

TEST_F(LogFollowerTest, FollowsARealLogThroughItsRotations) {
  log::RotatingFile file(log_, 1000, 5);
  LogFollower follower(log_, std::nullopt);
  std::vector<std::string> read;
  for (int number = 0; number < 5000; ++number) {
    ASSERT_TRUE(file.append("line " + std::to_string(number)));
    if (number % 37 == 0) {
      while (follower.read(read, 300)) {
      }
    }
  }
  while (follower.read(read, 300)) {
  }
  ASSERT_EQ(read.size(), 5000u);
  for (int number = 0; number < 5000; ++number) {
    ASSERT_EQ(read[static_cast<std::size_t>(number)], "line " + std::to_string(number));
  }
}

TEST(LogFiles, AreGroupedByLog) {
  std::string name = (std::filesystem::temp_directory_path() / "valion-logs-XXXXXX").string();
  const std::filesystem::path folder = mkdtemp(name.data());
  for (const char* file : {"b.log", "a.log", "a.log.1", "c.log.2", "valion.log", "valion.log.1", "valion.log.places",
                           "note.txt", ".log", "d.log.old"}) {
    std::ofstream(folder / file) << "x\n";
  }
  EXPECT_THAT(logs_in(folder), ElementsAre(folder / "a.log", folder / "b.log", folder / "c.log"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace valion::app

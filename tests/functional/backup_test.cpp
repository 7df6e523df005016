// A running system is backed up, and comes back in another home with the same valuation under the same id.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/describe.hpp>

#include <fstream>

#include "functional/running_system.hpp"
#include "functional/small_market.hpp"
#include "platform/json/described.hpp"
#include "platform/sql/private_postgresql.hpp"

namespace valion::functional {
namespace {

using ::testing::HasSubstr;

struct DemoIds {
  std::string dataset, model, valuation, report;
};
BOOST_DESCRIBE_STRUCT(DemoIds, (), (dataset, model, valuation, report))

DemoIds run_small_study(const RunningSystem& system) {
  const TemporaryFolder folder;
  const std::string study = write_small_study(folder).string();
  const Finished demo = system.valion({"demo", "--study", study, "--output", folder.path().string(), "--json"});
  EXPECT_EQ(demo.code, 0) << demo.output;
  const auto ids = json::decode<DemoIds>(demo.output, json::Unknown::ignored);
  if (!ids) throw std::runtime_error(demo.output);
  return *ids;
}

// What stands under the ids of a study, byte for byte.
std::vector<std::string> everything(RunningSystem& system, const DemoIds& ids) {
  std::vector<std::string> bodies;
  for (const std::string& target :
       {"ml/valuations/" + ids.valuation, "ml/models/" + ids.model, "data/versions/" + ids.dataset,
        "data/versions/" + ids.dataset + "/arrow", "reports/" + ids.report, "reports/" + ids.report + "/pdf"}) {
    const Answer answer = system.get("/api/v1/" + target);
    EXPECT_EQ(answer.status, 200) << target << answer.body;
    bodies.push_back(answer.body);
  }
  return bodies;
}

void comes_back(const std::map<std::string, std::string>& first, const std::map<std::string, std::string>& second) {
  const TemporaryFolder folder;
  const std::string archive = (folder.path() / "backup.tar").string();
  DemoIds ids;
  std::vector<std::string> before;
  {
    RunningSystem system({}, first);
    ids = run_small_study(system);
    before = everything(system, ids);
    const Finished backup =
        run({valion_binary(), "backup", "--with-secrets", archive, "--home", system.home().string()}, first);
    ASSERT_EQ(backup.code, 0) << backup.output;
    EXPECT_THAT(backup.output, HasSubstr("WITH SECRETS"));
    const Finished over = system.valion({"restore", archive});
    EXPECT_EQ(over.code, 1) << "never over a home in use";
    EXPECT_THAT(over.output, HasSubstr("not empty"));
  }
  const std::filesystem::path home = folder.path() / "restored";
  const Finished restored = run({valion_binary(), "restore", archive, "--home", home.string()}, second);
  ASSERT_EQ(restored.code, 0) << restored.output;
  RunningSystem again({}, second, home);
  EXPECT_EQ(everything(again, ids), before);
  const DemoIds repeated = run_small_study(again);
  EXPECT_EQ(repeated.valuation, ids.valuation) << "what is computed anew has the same ids";
}

TEST(Backup, GivesBackTheSameValuationById) { comes_back({}, {}); }

TEST(Backup, OfPostgresqlComesBackIntoAnotherOne) {
  const testing::PrivatePostgresql one;
  const testing::PrivatePostgresql other;
  comes_back({{"VALION_DATABASE_URL", one.url()}}, {{"VALION_DATABASE_URL", other.url()}});
}

TEST(Backup, WithoutSecretsSaysSoLoudly) {
  const TemporaryFolder folder;
  RunningSystem system;
  const Finished backup = system.valion({"backup", (folder.path() / "b").string()});
  EXPECT_EQ(backup.code, 0) << backup.output;
  EXPECT_THAT(backup.output, HasSubstr("WITHOUT SECRETS"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "b" / "files" / "secrets"));
}

TEST(Collection, LeavesARunningSystemWhole) {
  RunningSystem system({}, {{"VALION_RETENTION_GRACE_HOURS", "1"}});
  const DemoIds ids = run_small_study(system);
  const std::vector<std::string> before = everything(system, ids);
  const std::filesystem::path objects = system.home() / "services" / "ml_service" / "objects";
  // Everything is old, and one object is nobody's.
  std::filesystem::create_directories(objects / "ab");
  const std::filesystem::path orphan = objects / "ab" / ("ab" + std::string(62, '0'));
  std::ofstream(orphan) << "nobody's";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(system.home() / "services")) {
    const std::string name = entry.path().filename().string();
    if (name.size() == 64) {
      std::filesystem::last_write_time(entry.path(),
                                       std::filesystem::file_time_type::clock::now() - std::chrono::hours(48));
    }
  }
  const Finished dry = system.valion({"gc", "--dry-run"});
  EXPECT_EQ(dry.code, 0) << dry.output;
  EXPECT_THAT(dry.output, HasSubstr("would free"));
  EXPECT_TRUE(std::filesystem::exists(orphan));
  const Finished collected = system.valion({"gc"});
  EXPECT_EQ(collected.code, 0) << collected.output;
  EXPECT_FALSE(std::filesystem::exists(orphan));
  EXPECT_EQ(everything(system, ids), before);
}

}  // namespace
}  // namespace valion::functional

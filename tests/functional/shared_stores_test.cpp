// The whole system on what several machines can share: one PostgreSQL, with every service's tables side by side in one
// schema, and one bucket of S3.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "functional/running_system.hpp"
#include "functional/small_market.hpp"
#include "platform/objects/private_s3.hpp"
#include "platform/sql/database.hpp"
#include "platform/sql/private_postgresql.hpp"

namespace valion::functional {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

std::set<std::string> texts(const std::string& url, const std::string& statement) {
  sql::Database database(url, 1);
  std::set<std::string> found;
  const auto done = database.transact([&](soci::session& session) {
    const soci::rowset<std::string> rows = (session.prepare << statement);
    found = {rows.begin(), rows.end()};
    return true;
  });
  EXPECT_TRUE(done) << done.error().message;
  return found;
}

std::vector<std::string> sqlite_files(const std::filesystem::path& home) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(home)) {
    if (entry.path().extension() == ".db") found.push_back(entry.path().string());
  }
  return found;
}

TEST(Postgresql, RunsTheMainJob) {
  const testing::PrivatePostgresql server;
  const TemporaryFolder folder;
  const std::string study = write_small_study(folder).string();
  RunningSystem system({}, {{"VALION_DATABASE_URL", server.url()}});
  const Finished demo = system.valion({"demo", "--study", study, "--output", folder.path().string()});
  ASSERT_EQ(demo.code, 0) << demo.output << slurp(system.home() / "orchestrator.log");
  EXPECT_THAT(demo.output, HasSubstr("1200 rows"));
  EXPECT_EQ(system.valion({"test"}).code, 0);

  EXPECT_THAT(sqlite_files(system.home()), IsEmpty()) << "nothing is kept beside PostgreSQL";
  EXPECT_THAT(texts(server.url(), "select distinct scope from schema_migrations"),
              IsSupersetOf({"data", "gateway", "jobs", "ml", "reports"}));
  EXPECT_THAT(texts(server.url(), "select tablename::text from pg_tables where schemaname = current_schema()"),
              IsSupersetOf({"dataset_versions", "gateway_users", "jobs", "ml_models", "ml_valuations", "reports"}));
  EXPECT_THAT(texts(server.url(), "select state from jobs"), ::testing::ElementsAre("succeeded"));
  EXPECT_EQ(system.stop(), 0);
}

std::size_t objects_in(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    count += entry.is_regular_file() && entry.path().filename().string().ends_with("_object") ? 1 : 0;
  }
  return count;
}

TEST(S3, KeepsTheObjectsOfTheMainJob) {
  const testing::PrivateS3 server;
  const TemporaryFolder folder;
  const std::string study = write_small_study(folder).string();
  RunningSystem system({}, {{"VALION_OBJECTS_URL", server.url("production")},
                            {"AWS_ACCESS_KEY_ID", testing::PrivateS3::kKey},
                            {"AWS_SECRET_ACCESS_KEY", testing::PrivateS3::kKey}});
  const Finished demo = system.valion({"demo", "--study", study, "--output", folder.path().string()});
  ASSERT_EQ(demo.code, 0) << demo.output << slurp(system.home() / "orchestrator.log");
  // Imported, cleaned and located versions, the model, the report's two files.
  EXPECT_GE(objects_in(server.data()), 5u);
  for (const char* service : {"data_processing", "ml_service", "reporting_service"}) {
    EXPECT_FALSE(std::filesystem::exists(system.home() / "services" / service / "objects")) << service;
    std::filesystem::remove_all(system.home() / "cache" / "objects" / service);
    std::filesystem::create_directories(system.home() / "cache" / "objects" / service);
  }
  const Finished again = system.valion({"demo", "--study", study, "--output", folder.path().string()});
  EXPECT_EQ(again.code, 0) << "the copies may be deleted at any time: " << again.output;
}

}  // namespace
}  // namespace valion::functional

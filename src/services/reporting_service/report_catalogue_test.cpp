// Which reports there are, on both databases.
#include "services/reporting_service/report_catalogue.hpp"

#include <gtest/gtest.h>

#include "platform/objects/object_store.hpp"
#include "platform/redis/test_loop.hpp"
#include "platform/sql/test_database.hpp"

namespace valion::reporting {
namespace {

class ReportCatalogueTest : public ::testing::TestWithParam<valion::testing::Engine> {
 protected:
  valion::testing::TestDatabase place_{GetParam()};
  valion::testing::TestLoop loop_;
  sql::Database database_{place_.url()};
  ReportCatalogue catalogue_{database_};
};

INSTANTIATE_TEST_SUITE_P(Engines, ReportCatalogueTest,
                         ::testing::Values(valion::testing::Engine::sqlite, valion::testing::Engine::postgresql),
                         valion::testing::name_of_case);

TEST_P(ReportCatalogueTest, KeepsTheFirstRecordOfAReport) {
  const Hash report = sha256("a report");
  EXPECT_EQ(catalogue_.add_blocking("north", report, "2026-01-01T00:00:00.000Z", R"({"n":1})"), R"({"n":1})");
  EXPECT_EQ(catalogue_.add_blocking("north", report, "2026-01-02T00:00:00.000Z", R"({"n":2})"), R"({"n":1})");
  EXPECT_EQ(catalogue_.find_blocking("north", report), R"({"n":1})");
  EXPECT_EQ(loop_.run(catalogue_.find("north", report)), R"({"n":1})");
}

TEST_P(ReportCatalogueTest, RefusesWhatANewerProgramStored) {
  const Hash report = sha256("a report");
  ASSERT_TRUE(database_.transact([&](soci::session& session) {
    const std::string text = report.text();
    session << "insert into reports (tenant, report, created_at, record) values ('north', :report, 'now', "
               "'{\"format\":3}')",
        soci::use(text);
    return true;
  }));
  const auto refused = catalogue_.find_blocking("north", report);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_NE(refused.error().message.find("format 3, and this program reads formats up to 1"), std::string::npos)
      << refused.error().message;
}

TEST_P(ReportCatalogueTest, ShowsAReportOnlyToItsTenant) {
  const Hash report = sha256("a report");
  ASSERT_TRUE(catalogue_.add_blocking("north", report, "2026-01-01T00:00:00.000Z", "{}"));
  EXPECT_EQ(loop_.run(catalogue_.find("south", report)).error().kind, ErrorKind::not_found);
  EXPECT_EQ(catalogue_.find_blocking("south", report).error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace valion::reporting

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
  EXPECT_EQ(catalogue_.add_blocking("north", report, "2026-01-01T00:00:00.000Z", "first"), "first");
  EXPECT_EQ(catalogue_.add_blocking("north", report, "2026-01-02T00:00:00.000Z", "second"), "first");
  EXPECT_EQ(catalogue_.find_blocking("north", report), "first");
  EXPECT_EQ(loop_.run(catalogue_.find("north", report)), "first");
}

TEST_P(ReportCatalogueTest, ShowsAReportOnlyToItsTenant) {
  const Hash report = sha256("a report");
  ASSERT_TRUE(catalogue_.add_blocking("north", report, "2026-01-01T00:00:00.000Z", "ours"));
  EXPECT_EQ(loop_.run(catalogue_.find("south", report)).error().kind, ErrorKind::not_found);
  EXPECT_EQ(catalogue_.find_blocking("south", report).error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace valion::reporting

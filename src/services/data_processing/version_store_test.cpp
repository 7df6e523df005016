// What data_processing keeps, on both databases.
#include "services/data_processing/version_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/json/described.hpp"
#include "platform/objects/directory_store.hpp"
#include "platform/redis/test_loop.hpp"
#include "platform/sql/test_database.hpp"
#include "storage/arrow_ipc.hpp"

namespace valion::data {
namespace {

using ::testing::HasSubstr;

dataset::Table one_sale() {
  dataset::Table table;
  table.columns = {dataset::Column{"price", "USD", dataset::NumberValues{100'000}}};
  table.row_numbers = {1};
  return table;
}

class VersionStoreTest : public ::testing::TestWithParam<testing::Engine> {
 protected:
  [[nodiscard]] std::unique_ptr<ObjectStore> objects() const {
    return std::make_unique<DirectoryStore>(folder_.path() / "objects");
  }

  testing::TestDatabase place_{GetParam()};
  testing::TemporaryFolder folder_;
  testing::TestLoop loop_;
  CpuPool cpu_{1, 10};
  VersionStore versions_{place_.url(), objects(), cpu_};
  const Principal ana_{"north", "ana", {}};
};

INSTANTIATE_TEST_SUITE_P(Engines, VersionStoreTest,
                         ::testing::Values(testing::Engine::sqlite, testing::Engine::postgresql),
                         testing::name_of_case);

TEST_P(VersionStoreTest, OpensWhatWasStored) {
  Draft draft;
  draft.table = one_sale();
  draft.name = "sales";
  draft.target = "price";
  draft.steps.emplace_back();
  const auto stored = loop_.run(versions_.store(ana_, draft));
  ASSERT_TRUE(stored) << stored.error().message;
  const auto opened = loop_.run(versions_.open(ana_, stored->version));
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->table.rows(), 1u);
  EXPECT_EQ(opened->steps.size(), 1u);
  EXPECT_EQ(loop_.run(versions_.open({"south", "eva", {}}, stored->version)).error().kind, ErrorKind::not_found);
}

TEST_P(VersionStoreTest, RefusesTheCleaningLogOfANewerProgram) {
  const std::string bytes =
      storage::write_arrow(one_sale(), {{"valion.steps", "{}"}, {"valion.steps.format", "2"}}).value();
  contracts::DatasetVersion description;
  description.version = *objects()->put(bytes);
  sql::Database database(place_.url(), 1);
  storage::DatasetCatalogue catalogue(database);
  storage::CatalogueEntry entry;
  entry.tenant = "north";
  entry.version = description.version;
  entry.description = json::encode(description);
  ASSERT_TRUE(loop_.run(catalogue.add(entry)));
  const auto refused = loop_.run(versions_.open(ana_, description.version));
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("the cleaning log"));
  EXPECT_THAT(refused.error().message, HasSubstr("format 2"));
  EXPECT_THAT(refused.error().message, HasSubstr("up to 1"));
}

}  // namespace
}  // namespace valion::data

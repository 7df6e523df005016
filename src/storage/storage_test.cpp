// Tables on their way to a file and back, whole and damaged; the cache and the catalogue.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <random>

#include "domain/dataset/columns.hpp"
#include "platform/objects/object_store.hpp"
#include "platform/redis/private_server.hpp"
#include "platform/redis/test_loop.hpp"
#include "platform/sql/test_database.hpp"
#include "storage/arrow_ipc.hpp"
#include "storage/dataset_cache.hpp"
#include "storage/dataset_catalogue.hpp"

namespace valion::storage {
namespace {

using dataset::Column;
using dataset::Table;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Table sales() {
  dataset::TextBuilder streets;
  streets.add("Água Verde");
  streets.add_missing();
  streets.add("");
  streets.add("Água Verde");
  Table table;
  table.columns = {Column{"price", "USD", dataset::NumberValues{100.25, std::nan(""), -0.0, 1e300}},
                   Column{"street", "", std::move(streets).finish()},
                   Column{"sold", "", dataset::DateValues{{0, dataset::kMissingDate, 16494, -100000}}},
                   Column{"empty", "", dataset::TextValues{{-1, -1, -1, -1}, {}}}};
  table.row_numbers = {1, 2, 5, 900};
  return table;
}

std::string written(const Table& table, const TableMetadata& metadata = {}) {
  return write_arrow(table, metadata).value();
}

void expect_equal(const Table& a, const Table& b) {
  EXPECT_EQ(a.row_numbers, b.row_numbers);
  ASSERT_EQ(a.columns.size(), b.columns.size());
  for (std::size_t i = 0; i < a.columns.size(); ++i) {
    EXPECT_EQ(a.columns[i].name, b.columns[i].name);
    EXPECT_EQ(a.columns[i].unit, b.columns[i].unit);
    ASSERT_EQ(a.columns[i].type(), b.columns[i].type());
    for (std::size_t row = 0; row < a.rows(); ++row) EXPECT_EQ(a.columns[i].cell(row), b.columns[i].cell(row));
    if (a.columns[i].type() != dataset::ColumnType::text) continue;
    EXPECT_EQ(a.columns[i].texts().levels, b.columns[i].texts().levels);
  }
}

// What every reader of a table may rely on.
void expect_sound(const Table& table) {
  for (const Column& column : table.columns) {
    ASSERT_EQ(column.size(), table.rows());
    for (std::size_t row = 0; row < table.rows(); ++row) (void)column.cell(row);
  }
}

TEST(Arrow, ATableComesBackAsItWas) {
  const TableMetadata metadata{{"valion.name", "sales"}, {"valion.steps", "[]"}, {"x", ""}};
  const auto stored = read_arrow(written(sales(), metadata));
  ASSERT_TRUE(stored) << stored.error().message;
  expect_equal(stored->table, sales());
  EXPECT_EQ(stored->metadata, metadata);
}

TEST(Arrow, EqualTablesHaveEqualBytes) {
  EXPECT_EQ(written(sales(), {{"a", "1"}}), written(read_arrow(written(sales())).value().table, {{"a", "1"}}));
  EXPECT_NE(written(sales(), {{"a", "1"}}), written(sales(), {{"a", "2"}}));
}

TEST(Arrow, ATableWithoutRowsComesBack) {
  const auto stored = read_arrow(written(sales().select({})));
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->table.rows(), 0u);
  EXPECT_EQ(stored->table.columns.size(), 4u);
}

TEST(Arrow, ALargeTableComesBack) {
  Table table;
  dataset::NumberValues values(100'000);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<double>(i) / 7;
    table.row_numbers.push_back(static_cast<std::int64_t>(i) + 1);
  }
  table.columns.push_back(Column{"x", "m", std::move(values)});
  expect_equal(read_arrow(written(table)).value().table, table);
}

TEST(Arrow, WhatIsNotAnArrowFileIsMalformed) {
  for (const std::string& bytes : {std::string(), std::string("ARROW1"), std::string("ARROW1ARROW1"),
                                   std::string(100, 'x'), "ARROW1" + std::string(100, '\0') + "ARROW1"}) {
    const auto stored = read_arrow(bytes);
    ASSERT_FALSE(stored);
    EXPECT_EQ(stored.error().kind, ErrorKind::malformed);
  }
}

TEST(Arrow, EveryTruncationIsMalformed) {
  const std::string whole = written(sales(), {{"k", "v"}});
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(read_arrow(std::string_view(whole).substr(0, size)));
}

TEST(Arrow, AnyDamagedByteIsReadSoundlyOrRefused) {
  const std::string whole = written(sales(), {{"k", "v"}});
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int change : {0x01, 0x80, 0xFF, 0x40}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ change);
      const auto stored = read_arrow(damaged);
      if (stored) {
        expect_sound(stored->table);
      } else {
        const auto kind = stored.error().kind;
        EXPECT_TRUE(kind == ErrorKind::malformed || kind == ErrorKind::conflict) << "conflict: a newer format";
      }
    }
  }
}

TEST(Arrow, OfANewerProgramIsRefusedByItsNumber) {
  std::string newer = written(sales());
  const std::string key = kArrowFormatKey;
  for (auto at = newer.find(key); at != std::string::npos; at = newer.find(key, at + 1)) {
    const auto value = newer.rfind(std::string("\1\0\0\0"
                                               "1",
                                               5),
                                   at);  // written back to front
    ASSERT_NE(value, std::string::npos);
    newer[value + 4] = '2';
  }
  const auto refused = read_arrow(newer);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("format 2"));
  EXPECT_THAT(refused.error().message, HasSubstr("up to 1"));
}

TEST(Arrow, ManyDamagedBytesAreReadSoundlyOrRefused) {
  const std::string whole = written(sales(), {{"k", "v"}});
  std::mt19937 random(11);
  for (int round = 0; round < 50'000; ++round) {
    std::string damaged = std::string(3, '\0') + whole;  // and at an odd address
    for (int change = 0; change < 3; ++change) damaged[random() % damaged.size()] = static_cast<char>(random() % 256);
    const auto stored = read_arrow(std::string_view(damaged).substr(damaged.size() - whole.size()));
    if (stored) expect_sound(stored->table);
  }
}

TEST(DatasetCache, KeepsBytesUnderTheirHash) {
  const testing::TemporaryFolder folder;
  const DatasetCache cache(folder.path() / "cache");
  const Hash hash = sha256("a table");
  EXPECT_FALSE(cache.find(hash));
  ASSERT_TRUE(cache.put(hash, "a table"));
  EXPECT_EQ(cache.find(hash), "a table");
}

TEST(DatasetCache, ADamagedFileIsRemoved) {
  const testing::TemporaryFolder folder;
  const DatasetCache cache(folder.path());
  const Hash hash = sha256("a table");
  ASSERT_TRUE(cache.put(hash, "a table"));
  std::ofstream(folder.path() / (hash.text() + ".arrow")) << "another table";
  EXPECT_FALSE(cache.find(hash));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

class DatasetCatalogueTest : public ::testing::TestWithParam<testing::Engine> {
 protected:
  testing::TestDatabase place_{GetParam()};
  testing::TestLoop loop_;
  sql::Database database_{place_.url()};
  DatasetCatalogue catalogue_{database_};
};

INSTANTIATE_TEST_SUITE_P(Engines, DatasetCatalogueTest,
                         ::testing::Values(testing::Engine::sqlite, testing::Engine::postgresql),
                         testing::name_of_case);

TEST_P(DatasetCatalogueTest, ShowsAVersionOnlyToItsTenant) {
  const CatalogueEntry entry{"acme", sha256("v"), Hash(), "sales", 3, "2026-01-01T00:00:00.000Z", "ana", "{\"a\":1}"};
  ASSERT_TRUE(loop_.run(catalogue_.add(entry)));
  const auto found = loop_.run(catalogue_.find("acme", entry.version));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->name, "sales");
  EXPECT_EQ(found->rows, 3);
  EXPECT_EQ(found->description, "{\"a\":1}");
  EXPECT_TRUE(found->parent.empty());
  EXPECT_EQ(loop_.run(catalogue_.find("globex", entry.version)).error().kind, ErrorKind::not_found);
}

TEST_P(DatasetCatalogueTest, AddingWhatIsThereKeepsTheFirst) {
  CatalogueEntry entry{"acme", sha256("v"), sha256("p"), "sales", 3, "2026-01-01T00:00:00.000Z", "ana", "{}"};
  ASSERT_TRUE(loop_.run(catalogue_.add(entry)));
  entry.created_at = "2027-01-01T00:00:00.000Z";
  const auto again = loop_.run(catalogue_.add(entry));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->created_at, "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(again->parent, sha256("p"));
}

}  // namespace
}  // namespace valion::storage

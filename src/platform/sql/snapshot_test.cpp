// Copies of databases in use.
#include "platform/sql/snapshot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "platform/sql/database.hpp"
#include "platform/sql/test_database.hpp"

namespace valion::sql {
namespace {

using testing::Engine;
using ::testing::HasSubstr;
using ::testing::Not;

// Two tables that must always agree.
void prepare(Database& database) {
  database.migrate("ledger",
                   {{"ledger", "create table paid (n integer not null); create table owed (n integer not null)"}});
}

bool pay(Database& database, int n) {
  return database
      .transact([n](soci::session& session) {
        session << "insert into paid values (:n)", soci::use(n);
        session << "insert into owed values (:n)", soci::use(n);
        return true;
      })
      .has_value();
}

std::pair<int, int> counts(const std::string& url) {
  Database database(url, 1);
  std::pair<int, int> found{-1, -2};
  EXPECT_TRUE(database.transact([&](soci::session& session) {
    session << "select count(*) from paid", soci::into(found.first);
    session << "select count(*) from owed", soci::into(found.second);
    return true;
  }));
  return found;
}

// Writes for as long as it lives.
class Payer {
 public:
  explicit Payer(Database& database)
      : thread_([this, &database] {
          while (!done_) paid_ += pay(database, paid_) ? 1 : 0;
        }) {
    while (paid_ < 20) std::this_thread::yield();
  }
  ~Payer() { done_ = true; }

 private:
  std::atomic<bool> done_ = false;
  std::atomic<int> paid_ = 0;
  std::jthread thread_;
};

TEST(SqliteSnapshot, IsOneMomentOfADatabaseInUse) {
  const testing::TestDatabase place(Engine::sqlite);
  const testing::TemporaryFolder folder;
  const auto copy = folder.path() / "it's a copy.db";
  Database database(place.url());
  prepare(database);
  {
    const Payer payer(database);
    const auto copied = copy_sqlite(place.file(), copy);
    ASSERT_TRUE(copied) << copied.error().message;
  }
  struct stat status {};
  ::stat(copy.c_str(), &status);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  const auto [paid, owed] = counts("sqlite:" + copy.string());
  EXPECT_GE(paid, 20);
  EXPECT_EQ(paid, owed);
  EXPECT_FALSE(copy_sqlite(place.file(), copy)) << "it never writes over anything";
}

TEST(PostgresqlSnapshot, IsOneMomentOfADatabaseInUse) {
  const testing::TestDatabase from(Engine::postgresql);
  const testing::TestDatabase to(Engine::postgresql);
  const testing::TemporaryFolder folder;
  const auto archive = folder.path() / "archive";
  Database database(from.url());
  prepare(database);
  {
    const Payer payer(database);
    const auto dumped = dump_postgresql(DatabaseUrl::parse(from.url()), archive);
    ASSERT_TRUE(dumped) << dumped.error().message;
  }
  const auto restored = restore_postgresql(DatabaseUrl::parse(to.url()), archive);
  ASSERT_TRUE(restored) << restored.error().message;
  const auto [paid, owed] = counts(to.url());
  EXPECT_GE(paid, 20);
  EXPECT_EQ(paid, owed);
  EXPECT_EQ(restore_postgresql(DatabaseUrl::parse(to.url()), archive).error().kind, ErrorKind::conflict);
}

TEST(PostgresqlSnapshot, SaysWhatFailedWithoutThePassword) {
  const testing::TestDatabase place(Engine::postgresql);
  const testing::TemporaryFolder folder;
  const auto refused = dump_postgresql(DatabaseUrl::parse(place.server().url("hush hush")), folder.path() / "archive");
  EXPECT_THAT(refused.error().message, HasSubstr("pg_dump failed"));
  EXPECT_THAT(refused.error().message, Not(HasSubstr("hush")));
  std::ofstream(folder.path() / "nonsense") << "nonsense";
  EXPECT_THAT(restore_postgresql(DatabaseUrl::parse(place.url()), folder.path() / "nonsense").error().message,
              HasSubstr("pg_restore failed"));
}

}  // namespace
}  // namespace valion::sql

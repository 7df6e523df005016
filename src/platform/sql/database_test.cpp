#include "platform/sql/database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <optional>
#include <thread>

#include "platform/redis/test_loop.hpp"
#include "platform/sql/database_url.hpp"
#include "platform/sql/test_database.hpp"

namespace valion::sql {
namespace {

using ::testing::ElementsAre;
using testing::Engine;
using ::testing::HasSubstr;
using ::testing::Not;

const std::vector<Migration> kHouses{
    {"create houses", "create table houses (id text primary key, price double precision not null, beds integer);\n"},
    {"add streets",
     "create table streets (name text primary key); alter table houses add column street text references "
     "streets(name)"}};

int count_of(soci::session& session, const std::string& table) {
  int count = 0;
  session << "select count(*) from " + table, soci::into(count);
  return count;
}

void add_house(soci::session& session, const std::string& id, double price) {
  session << "insert into houses (id, price) values (:id, :price)", soci::use(id), soci::use(price);
}

class DatabaseTest : public ::testing::TestWithParam<Engine> {
 protected:
  void SetUp() override {
    database_ = std::make_unique<Database>(place_.url());
    database_->migrate("houses", kHouses);
  }
  int houses() {
    return loop_.run(database_->run([](soci::session& session) { return count_of(session, "houses"); })).value();
  }

  testing::TestDatabase place_{GetParam()};
  testing::TestLoop loop_;
  std::unique_ptr<Database> database_;
};

TEST_P(DatabaseTest, HangsASpanBelowTheOneItIsGiven) {
  const trace::Tracer tracer(trace::TracerSettings{1.0});
  trace::Span request =
      tracer.begin({std::string(32, 'a'), std::string(16, 'b'), true}, "", "request", trace::SpanKind::server);
  const auto count = [](soci::session& session) { return count_of(session, "houses"); };
  ASSERT_TRUE(loop_.run(database_->read(count, request.parent())));
  ASSERT_TRUE(loop_.run(database_->read(count)));  // below nothing: no span
  const auto wrong = [](soci::session& session) { session << "select nothing"; };
  ASSERT_FALSE(loop_.run(database_->run(wrong, request.parent())));
  ASSERT_TRUE(database_->transact([](soci::session&) { return true; }, Access::write, request.parent()));
  const auto spans = tracer.take(10);
  ASSERT_EQ(spans.size(), 3u);
  EXPECT_EQ(spans[0].name, "sql read");
  EXPECT_EQ(spans[1].name, "sql write");
  EXPECT_EQ(spans[2].name, "sql write");
  for (const trace::FinishedSpan& span : spans) {
    EXPECT_EQ(span.parent_span_id, std::string(16, 'b'));
    EXPECT_EQ(span.failed, &span == &spans[1]);
    EXPECT_EQ(span.attributes.front().first, "db.system.name");
    const std::string system = GetParam() == Engine::postgresql ? "postgresql" : "sqlite";
    EXPECT_EQ(span.attributes.front().second, trace::AttributeValue(system));
  }
}

TEST_P(DatabaseTest, KeepsWhatWasCommitted) {
  EXPECT_EQ(database_->is_postgresql(), GetParam() == Engine::postgresql);
  const auto done = loop_.run(database_->run([](soci::session& session) { add_house(session, "first", 123456.789); }));
  ASSERT_TRUE(done) << done.error().message;
  const auto price = loop_.run(database_->run([](soci::session& session) -> Result<double> {
    double found = 0;
    session << "select price from houses where id = 'first'", soci::into(found);
    if (!session.got_data()) return fail(ErrorKind::not_found, "no house");
    return found;
  }));
  EXPECT_EQ(*price, 123456.789);
}

TEST_P(DatabaseTest, KeepsNothingOfWhatFailed) {
  const auto refused = loop_.run(database_->run([](soci::session& session) -> Result<int> {
    add_house(session, "first", 1);
    return fail(ErrorKind::invalid, "too cheap");
  }));
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  EXPECT_EQ(refused.error().message, "too cheap");

  const auto thrown = loop_.run(database_->run([](soci::session& session) {
    add_house(session, "first", 1);
    throw std::runtime_error("out of paper");
  }));
  EXPECT_EQ(thrown.error().kind, ErrorKind::internal);
  EXPECT_THAT(thrown.error().message, HasSubstr("out of paper"));

  EXPECT_TRUE(database_->transact([](soci::session& session) {
    add_house(session, "first", 1);
    return false;
  }));
  EXPECT_EQ(houses(), 0);
}

TEST_P(DatabaseTest, ReportsConflictsWithoutTheBoundValues) {
  const auto twice = loop_.run(database_->run([](soci::session& session) {
    add_house(session, "my secret house", 1);
    add_house(session, "my secret house", 2);
  }));
  EXPECT_EQ(twice.error().kind, ErrorKind::conflict);
  EXPECT_EQ(houses(), 0);
  const auto orphan = loop_.run(database_->run(
      [](soci::session& session) { session << "insert into houses (id, price, street) values ('a', 1, 'nowhere')"; }));
  EXPECT_EQ(orphan.error().kind, ErrorKind::conflict);
  const auto missing =
      loop_.run(database_->run([](soci::session& session) { session << "insert into houses (id) values ('a')"; }));
  EXPECT_EQ(missing.error().kind, ErrorKind::conflict);

  const auto nonsense =
      loop_.run(database_->run([](soci::session& session) { add_house(session, "a", 1), session << "selekt 1"; }));
  EXPECT_EQ(nonsense.error().kind, ErrorKind::internal);
  EXPECT_THAT(nonsense.error().message, HasSubstr("selekt"));
}

TEST_P(DatabaseTest, LosesNoUpdateAmongManyWriters) {
  ASSERT_TRUE(database_->transact([](soci::session& session) {
    add_house(session, "shared", 0);
    return true;
  }));
  constexpr int kWriters = 6;
  constexpr int kTimes = 25;
  std::atomic<int> failures = 0;
  const auto write = [&](Database& database) {
    for (int i = 0; i < kTimes; ++i) {
      const auto done = database.transact([&](soci::session& session) {
        // Read, then write: without a lock one of two would be lost.
        if (database.is_postgresql()) session << "set transaction isolation level serializable";
        double price = 0;
        session << "select price from houses where id = 'shared'", soci::into(price);
        price += 1;
        session << "update houses set price = :price where id = 'shared'", soci::use(price);
        return true;
      });
      // PostgreSQL may give up after five lost races; the caller then tries again.
      if (!done && done.error().kind == ErrorKind::unavailable)
        --i;
      else if (!done)
        ++failures;
    }
  };
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&, own = i % 2 == 0] {
      if (!own) return write(*database_);
      Database other(place_.url(), 1);  // as another process would
      write(other);
    });
  }
  for (std::thread& writer : writers) writer.join();
  double price = 0;
  ASSERT_TRUE(database_->transact([&](soci::session& session) {
    session << "select price from houses where id = 'shared'", soci::into(price);
    return true;
  }));
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(price, kWriters * kTimes);
}

TEST_P(DatabaseTest, ReadsWhileSomebodyWrites) {
  ASSERT_TRUE(database_->transact([](soci::session& session) {
    add_house(session, "first", 1);
    return true;
  }));
  const auto count = [](soci::session& session) { return count_of(session, "houses"); };
  ASSERT_TRUE(database_->transact([&](soci::session& session) {
    add_house(session, "second", 2);
    EXPECT_EQ(loop_.run(database_->read(count)).value(), 1);  // what is not committed is not seen, nor waited for
    return true;
  }));
  EXPECT_EQ(loop_.run(database_->read(count)).value(), 2);
}

TEST_P(DatabaseTest, MigratesOnceHoweverManyStartTogether) {
  const std::vector<Migration> steps{
      {"count starts", "create table starts (number integer); insert into starts values (1)"}};
  std::vector<std::thread> starters;
  std::vector<std::string> failures(6);
  for (std::size_t i = 0; i < failures.size(); ++i) {
    starters.emplace_back([&, i] {
      try {
        Database database(place_.url(), 1);
        database.migrate("starts", steps);
      } catch (const std::exception& error) {
        failures[i] = error.what();
      }
    });
  }
  for (std::thread& starter : starters) starter.join();
  EXPECT_THAT(failures, ::testing::Each(""));
  EXPECT_EQ(loop_.run(database_->run([](soci::session& session) { return count_of(session, "starts"); })).value(), 1);
}

TEST_P(DatabaseTest, AddsOnlyTheStepsThatAreNew) {
  std::vector<Migration> steps{{"one", "create table one (n integer)"}};
  database_->migrate("steps", steps);
  database_->migrate("steps", steps);
  steps.push_back({"two", "create table two (n integer)"});
  database_->migrate("steps", steps);
  EXPECT_EQ(loop_.run(database_->run([](soci::session& session) { return count_of(session, "two"); })).value(), 0);

  const std::vector<Migration> older{{"one", "create table one (n integer)"}};
  EXPECT_THAT([&] { database_->migrate("steps", older); },
              ::testing::ThrowsMessage<std::runtime_error>(HasSubstr("newer version")));
  const std::vector<Migration> renamed{{"uno", "create table one (n integer)"}, steps[1]};
  EXPECT_THROW(database_->migrate("steps", renamed), std::runtime_error);
}

TEST_P(DatabaseTest, KeepsNothingOfAMigrationThatFails) {
  std::vector<Migration> steps{{"good", "create table good (n integer)"},
                               {"bad", "create table half (n integer); create tabel x"}};
  EXPECT_THROW(database_->migrate("steps", steps), std::runtime_error);
  EXPECT_FALSE(loop_.run(database_->run([](soci::session& session) { return count_of(session, "good"); })));
  steps[1] = {"bad", "create table half (n integer)"};
  EXPECT_NO_THROW(database_->migrate("steps", steps));
}

TEST_P(DatabaseTest, AnswersTransactionsThatWaitForEachOther) {
  std::vector<Result<int>> answers;
  for (int i = 0; i < 50; ++i) {
    asio::co_spawn(loop_.executor(), database_->run([i](soci::session& session) {
      add_house(session, std::to_string(i), i);
      return i;
    }),
                   [&](std::exception_ptr, Result<int> answer) { answers.push_back(std::move(answer)); });
  }
  loop_.run_until([&] { return answers.size() == 50; });
  for (const auto& answer : answers) EXPECT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(houses(), 50);
}

INSTANTIATE_TEST_SUITE_P(Engines, DatabaseTest, ::testing::Values(Engine::sqlite, Engine::postgresql),
                         testing::name_of_case);

TEST(Sqlite, OpensItsFileSafely) {
  const testing::TestDatabase place(Engine::sqlite);
  Database database(place.url(), 2);
  struct stat status {};
  ::stat(place.file().c_str(), &status);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  ::stat((place.file().string() + "-wal").c_str(), &status);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  std::string journal;
  int keys = 0;
  int synchronous = 0;
  ASSERT_TRUE(database.transact([&](soci::session& session) {
    session << "pragma journal_mode", soci::into(journal);
    session << "pragma foreign_keys", soci::into(keys);
    session << "pragma synchronous", soci::into(synchronous);
    return true;
  }));
  EXPECT_EQ(journal, "wal");
  EXPECT_EQ(keys, 1);
  EXPECT_EQ(synchronous, 1);
}

TEST(Sqlite, SaysWhatItCannotOpen) {
  EXPECT_THAT([] { Database("sqlite:/dev/null/x.db"); },
              ::testing::ThrowsMessage<std::runtime_error>(HasSubstr("/dev/null")));
  EXPECT_THROW(Database("sqlite:"), std::runtime_error);
  EXPECT_THROW(Database("sqlite::memory:"), std::runtime_error);
  EXPECT_THROW(Database("mysql:host=x"), std::runtime_error);
}

TEST(Postgresql, NeverShowsItsPassword) {
  const testing::TestDatabase place(Engine::postgresql);
  try {
    const Database database(place.server().url("hush hush"), 1);
    FAIL() << "opened with a wrong password";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("password authentication failed"));
    EXPECT_THAT(error.what(), HasSubstr("user=valion"));
    EXPECT_THAT(error.what(), Not(HasSubstr("hush")));
  }
}

TEST(Postgresql, OfATestStopsInOrder) {
  testing::PrivatePostgresql server;
  EXPECT_TRUE(server.stop());
}

TEST(Postgresql, ComesBackAfterItsConnectionsWereCut) {
  const testing::TestDatabase place(Engine::postgresql);
  Database database(place.url(), 1);
  Database operator_session(place.url(), 1);
  ASSERT_TRUE(operator_session.transact([](soci::session& session) {
    session << "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and usename = "
               "'valion'";
    return true;
  }));
  int one = 0;
  const auto done = database.transact([&](soci::session& session) {
    session << "select 1", soci::into(one);
    return true;
  });
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_EQ(one, 1);
}

TEST(DatabaseUrl, ShowsEverythingButSecrets) {
  const auto words =
      DatabaseUrl::parse(R"(postgresql:host=db.example port=5433 dbname=valion user=ana password='it\'s hush')");
  for (const char* part : {"postgresql:", "host=db.example", "port=5433", "dbname=valion", "user=ana"}) {
    EXPECT_THAT(words.shown, HasSubstr(part));
  }
  EXPECT_THAT(words.shown, Not(HasSubstr("hush")));
  EXPECT_THAT(words.secrets, ElementsAre("it's hush"));
  EXPECT_EQ(words.without_secrets("no password \"it's hush\" here"), "no password \"***\" here");
  const auto uri = DatabaseUrl::parse("postgresql://ana:hush@db.example:5433/valion");
  EXPECT_THAT(uri.shown, HasSubstr("host=db.example"));
  EXPECT_THAT(uri.shown, Not(HasSubstr("hush")));
  EXPECT_THAT(uri.connect, HasSubstr("password='hush'"));
  for (const char* broken :
       {"postgresql:host=x password=hush more", "postgresql:password='hush", "postgresql:hush=1"}) {
    EXPECT_THAT([&] { static_cast<void>(DatabaseUrl::parse(broken)); },
                ::testing::ThrowsMessage<std::runtime_error>(Not(HasSubstr("hush"))))
        << broken;
  }
}

}  // namespace
}  // namespace valion::sql

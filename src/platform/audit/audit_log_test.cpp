// The audit log on both databases: what it keeps, what it refuses, and what a tamperer cannot hide.
#include "platform/audit/audit_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "platform/audit/chain.hpp"
#include "platform/audit/persons.hpp"
#include "platform/audit/verify.hpp"
#include "platform/redis/test_loop.hpp"
#include "platform/sql/test_database.hpp"

namespace valion::audit {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using valion::testing::Engine;

Entry ana_adds(const std::string& whom) {
  return {"north", "ana", "user.add", "user:" + whom, "done", "203.0.113.7", "request-1", "roles appraiser"};
}

class AuditLogTest : public ::testing::TestWithParam<Engine> {
 protected:
  AuditLogTest() { migrate(database_); }
  void note(const Entry& entry) { ASSERT_TRUE(loop_.run(record(database_, entry))); }
  void note_three() {
    for (const char* whom : {"eva", "rui", "joao"}) note(ana_adds(whom));
  }
  std::vector<Record> records(const Filter& filter = {}) {
    std::vector<Record> all;
    const auto read_them = [&](soci::session& session) {
      all = read(session, filter);
      return true;
    };
    EXPECT_TRUE(database_.transact(read_them, sql::Access::read));
    return all;
  }
  Result<void> run(const std::string& statement) {
    const auto execute = [&](soci::session& session) {
      session << statement;
      return true;
    };
    return database_.transact(execute);
  }
  // As who owns the database can.
  void tamper(const std::string& statement) {
    if (database_.is_postgresql()) {
      ASSERT_TRUE(run("alter table audit_log disable trigger all"));
    } else {
      ASSERT_TRUE(run("drop trigger if exists audit_log_no_update"));
      ASSERT_TRUE(run("drop trigger if exists audit_log_no_delete"));
    }
    const auto done = run(statement);
    ASSERT_TRUE(done) << done.error().message;
  }
  Verification verified(const std::optional<Head>& anchor = {}) { return verify(database_, anchor).value(); }
  void expect_break(std::int64_t sequence, const std::string& reason) {
    const Verification found = verified();
    ASSERT_TRUE(found.broken);
    EXPECT_EQ(found.broken->sequence, sequence) << found.broken->reason;
    EXPECT_THAT(found.broken->reason, HasSubstr(reason));
  }

  valion::testing::TestDatabase place_{GetParam()};
  valion::testing::TestLoop loop_;
  sql::Database database_{place_.url()};
};

INSTANTIATE_TEST_SUITE_P(Engines, AuditLogTest, ::testing::Values(Engine::sqlite, Engine::postgresql),
                         valion::testing::name_of_case);

TEST(AuditChain, HashesBytesThatAnybodyCanWriteDown) {
  const Row row{1,  "2026-11-24T08:00:00.000Z",      "north", "person-1", "login", "", "done", "r1", "",
                "", std::string(kFirstPreviousHash), ""};
  EXPECT_EQ(canonical_bytes(row),
            "valion-audit-1,1:1,24:2026-11-24T08:00:00.000Z,5:north,8:person-1,5:login,0:,4:done,2:r1,0:,0:,64:" +
                std::string(64, '0') + ",");
  // printf '%s' … | sha256sum
  EXPECT_EQ(hash_of(row), "89ec08d4e96fe68c9595b4f58026ab0208d3423c45d430229cdf745af461ee62");
}

TEST_P(AuditLogTest, TellsWhoDidWhatToWhom) {
  note(ana_adds("eva"));
  note({"default", "system", "key.rotate", "", "done", "", "", ""});
  const auto all = records();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].sequence, 1);
  EXPECT_EQ(all[0].actor, "ana");
  EXPECT_EQ(all[0].object, "user:eva");
  EXPECT_EQ(all[0].address, "203.0.113.7");
  EXPECT_EQ(all[0].detail, "roles appraiser");
  EXPECT_EQ(all[1].actor, "system");
  EXPECT_EQ(records({"north", {}, 0, 10}).size(), 1u);
  EXPECT_EQ(records({{}, "eva", 0, 10}).size(), 1u) << "also whom it concerned";
  EXPECT_EQ(records({{}, "rui", 0, 10}).size(), 0u);
  EXPECT_EQ(records({{}, {}, 1, 10}).front().sequence, 2);
  const Verification found = verified();
  EXPECT_FALSE(found.broken);
  EXPECT_EQ(found.rows, 2);
  EXPECT_EQ(found.head.hash, all[1].hash);
}

TEST_P(AuditLogTest, IsOneWithItsTransaction) {
  const auto fails = [](soci::session& session) {
    append(session, ana_adds("eva"));
    return false;
  };
  ASSERT_TRUE(database_.transact(fails));
  EXPECT_TRUE(records().empty());
  note(ana_adds("rui"));
  EXPECT_EQ(records().front().sequence, 1) << "no gap remains";
  EXPECT_FALSE(verified().broken);
}

TEST_P(AuditLogTest, RefusesToBeChanged) {
  note_three();
  for (const char* statement :
       {"update audit_log set actor = 'rui' where sequence = 2", "delete from audit_log where sequence = 2"}) {
    const auto refused = run(statement);
    ASSERT_FALSE(refused) << statement;
    EXPECT_THAT(refused.error().message, HasSubstr("append-only"));
  }
  if (database_.is_postgresql()) {
    EXPECT_FALSE(run("truncate audit_log"));
  }
  migrate(database_);  // once more: nothing is there twice
  EXPECT_FALSE(verified().broken);
}

TEST_P(AuditLogTest, AFlippedByteIsFound) {
  note_three();
  tamper("update audit_log set detail = 'roles bppraiser' where sequence = 2");
  expect_break(2, "not what was hashed");
}

TEST_P(AuditLogTest, ADeletedRowIsFound) {
  note_three();
  tamper("delete from audit_log where sequence = 2");
  expect_break(2, "missing");
}

TEST_P(AuditLogTest, ADeletedFirstOrLastRowIsFound) {
  note_three();
  tamper("delete from audit_log where sequence = 3");
  expect_break(3, "last rows are missing");
  tamper("delete from audit_log where sequence = 1");
  expect_break(1, "missing");
}

TEST_P(AuditLogTest, ReorderedRowsAreFound) {
  note_three();
  tamper("update audit_log set sequence = 9 where sequence = 2");
  tamper("update audit_log set sequence = 2 where sequence = 3");
  tamper("update audit_log set sequence = 3 where sequence = 9");
  expect_break(2, "does not stand on");
}

TEST_P(AuditLogTest, AForgedNameOrAddressIsFound) {
  note_three();
  tamper("update audit_personal set address = '198.51.100.1' where sequence = 2");
  expect_break(2, "address");
  tamper("update audit_personal set address = '203.0.113.7' where sequence = 2");
  tamper("update audit_persons set name = 'eve' where name = 'rui'");
  expect_break(2, "name");
}

TEST_P(AuditLogTest, ARewrittenLogIsFoundByAHeadKeptElsewhere) {
  note_three();
  const Head kept = verified().head;
  EXPECT_FALSE(verified(kept).broken);
  tamper("delete from audit_log");
  tamper("delete from audit_personal");
  tamper("update audit_head set sequence = 0, hash = '" + std::string(kFirstPreviousHash) + "'");
  note_three();
  EXPECT_FALSE(verified().broken) << "a whole new chain is whole";
  ASSERT_TRUE(verified(kept).broken);
  EXPECT_EQ(verified(kept).broken->sequence, 3);
  EXPECT_TRUE(verified(Head{9, kept.hash}).broken) << "a head beyond the end";
}

TEST_P(AuditLogTest, AnErasedPersonLeavesAPseudonymAndAWholeChain) {
  note_three();
  const auto erase = [](soci::session& session) { return erase_person(session, "ana"); };
  ASSERT_EQ(loop_.run(database_.run(erase)), true);
  EXPECT_EQ(loop_.run(database_.run(erase)), false);
  EXPECT_FALSE(verified().broken);
  const auto all = records();
  EXPECT_THAT(all[0].actor, ::testing::StartsWith("person-"));
  EXPECT_EQ(all[0].actor, all[2].actor) << "still one and the same";
  EXPECT_EQ(all[0].address, "");
  EXPECT_EQ(all[0].object, "user:eva");
  note(ana_adds("zoe"));
  EXPECT_EQ(records().back().actor, "ana");
  EXPECT_EQ(records({{}, "ana", 0, 10}).size(), 1u) << "a new person of an old name has done nothing before";
}

TEST_P(AuditLogTest, SeveralGatewaysAppendToOneChain) {
  constexpr int kEach = 25;
  std::vector<std::thread> gateways;
  for (int gateway = 0; gateway < 3; ++gateway) {
    gateways.emplace_back([&, gateway] {
      sql::Database own{place_.url(), 2};
      const auto one = [&](soci::session& session) {
        append(session, ana_adds("user" + std::to_string(gateway)));
        return true;
      };
      for (int i = 0; i < kEach; ++i) EXPECT_TRUE(own.transact(one));
    });
  }
  for (std::thread& gateway : gateways) gateway.join();
  const Verification found = verified();
  EXPECT_FALSE(found.broken) << found.broken->reason;
  EXPECT_EQ(found.rows, 3 * kEach);
}

}  // namespace
}  // namespace valion::audit

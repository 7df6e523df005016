// Two gateways and one Redis: what one has stored the other serves, and what one invalidates the other never serves again.
#include "services/api_gateway/cache/shared_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/redis/private_server.hpp"
#include "platform/redis/redis.hpp"
#include "services/api_gateway/cache/entry_codec.hpp"
#include "services/api_gateway/cache/world.hpp"

namespace valion::gateway::cache {
namespace {

using namespace std::chrono_literals;

struct Gateway {
  Gateway(testing::TestLoop& loop, const std::string& url, Settings settings)
      : redis(loop.executor(), redis::Settings{url, 300ms}), world(&redis, &loop, std::move(settings)) {}
  redis::Client redis;
  World world;

  [[nodiscard]] bool in_use() const { return world.cache->statistics().redis_in_use; }
};

class TwoGateways : public ::testing::Test {
 protected:
  void SetUp() override { settle(); }

  static Settings quick() {
    Settings settings;
    settings.poll = 5ms;
    settings.redis_patience = 200ms;
    return settings;
  }
  void settle() {
    loop_.run_until([&] { return north_.in_use() && south_.in_use(); });
  }
  // Waits for what is written in the background: until Redis holds `count` entries.
  void wait_for_entries(std::size_t count) {
    loop_.run_until([&] { return entries() >= count; });
  }
  std::vector<std::string> names() {
    std::vector<std::string> found;
    const auto reply = command({"KEYS", "valion:cache:e:*"});
    for (const auto& element : reply->elements) found.push_back(element.text);
    return found;
  }
  std::size_t entries() { return names().size(); }
  Result<redis::Reply> command(std::vector<std::string> words) {
    return loop_.run(north_.redis.command(std::move(words)));
  }

  static Message get(std::string target, std::vector<std::pair<std::string, std::string>> fields = {}) {
    Message message;
    message.target = std::move(target);
    message.fields = std::move(fields);
    return message;
  }
  static Message answer(std::string body, std::vector<std::pair<std::string, std::string>> more = {}) {
    Message message;
    message.fields = {{"Cache-Control", "max-age=60"}};
    message.fields.insert(message.fields.end(), more.begin(), more.end());
    message.body = std::move(body);
    return message;
  }
  // North fetches it, and it has reached Redis.
  void store_north(const std::string& target, const Message& answered, const std::optional<std::string>& tenant = {}) {
    const std::size_t before = entries();
    ASSERT_EQ(north_.world.send(get(target), {answered}, tenant).kind, "asked");
    wait_for_entries(before + 1);
  }
  // What South shows without asking its service; `(asked)` when it would.
  std::string south(const Message& request, const std::optional<std::string>& tenant = {}) {
    const Seen seen = south_.world.send(request, {answer("(asked)", {{"X-Fetched", "1"}})}, tenant);
    return seen.answer.body;
  }

  testing::PrivateRedis redis_;
  testing::TestLoop loop_;
  Gateway north_{loop_, redis_.url(), quick()};
  Gateway south_{loop_, redis_.url(), quick()};
};

TEST_F(TwoGateways, OneServesWhatTheOtherHasFetched) {
  store_north("/a", answer(std::string("by\0tes", 6), {{"ETag", "\"1\""}}));
  south_.world.now += 10s;
  const Seen seen = south_.world.send(get("/a"));
  EXPECT_EQ(seen.kind, "hit");
  EXPECT_EQ(seen.answer.body, std::string("by\0tes", 6));
  EXPECT_EQ(seen.answer.field("Age"), "10");
  EXPECT_EQ(seen.answer.field("Cache-Status"), "Valion; hit; ttl=50; detail=redis");
  EXPECT_EQ(south_.world.send(get("/a")).answer.field("Cache-Status"), "Valion; hit; ttl=50") << "from memory now";
  EXPECT_EQ(south_.world.cache->statistics().routes.at("houses").redis_hits, 1u);
}

TEST_F(TwoGateways, ARangeAndAConditionAreAnsweredFromRedisToo) {
  store_north("/a", answer("0123456789", {{"ETag", "\"1\""}}));
  EXPECT_EQ(south_.world.send(get("/a", {{"Range", "bytes=2-3"}})).answer.body, "23");
  store_north("/b", answer("b", {{"ETag", "\"2\""}}));
  EXPECT_EQ(south_.world.send(get("/b", {{"If-None-Match", "\"2\""}})).answer.status, 304);
}

TEST_F(TwoGateways, TheTenantIsPartOfTheNameAndIsNotReadableInIt) {
  for (Gateway* gateway : {&north_, &south_}) gateway->world.route.caches_authorised = true;
  store_north("/a", answer("ash"), "Ash");
  EXPECT_EQ(south(get("/a"), "Birch"), "(asked)");
  EXPECT_EQ(south(get("/a")), "(asked)");
  EXPECT_EQ(south(get("/a"), "Ash"), "ash");
  for (const std::string& name : names()) EXPECT_THAT(name, ::testing::MatchesRegex("valion:cache:e:[0-9a-f]{64}"));
}

TEST_F(TwoGateways, VariantsAreFoundByTheirFields) {
  ASSERT_EQ(
      north_.world.send(get("/a", {{"Accept-Language", "pt"}}), {answer("pt", {{"Vary", "Accept-Language"}})}).kind,
      "asked");
  ASSERT_EQ(
      north_.world.send(get("/a", {{"Accept-Language", "en"}}), {answer("en", {{"Vary", "Accept-Language"}})}).kind,
      "asked");
  wait_for_entries(3);  // two, and the names of the fields
  EXPECT_EQ(south(get("/a", {{"Accept-Language", "PT"}})), "pt");
  EXPECT_EQ(south(get("/a", {{"Accept-Language", "en"}})), "en");
  EXPECT_EQ(south(get("/a", {{"Accept-Language", "fr"}})), "(asked)");
}

TEST_F(TwoGateways, AStaleAnswerFromRedisIsValidated) {
  store_north("/a", answer("one", {{"ETag", "\"1\""}}));
  south_.world.now += 70s;
  Message unchanged;
  unchanged.status = 304;
  const Seen seen = south_.world.send(get("/a"), {unchanged});
  EXPECT_EQ(seen.kind, "validated");
  EXPECT_EQ(seen.asked.at(0).field("If-None-Match"), "\"1\"");
}

TEST_F(TwoGateways, WhatOneInvalidatesTheOtherForgets) {
  store_north("/a", answer("one"));
  EXPECT_EQ(south(get("/a")), "one");
  Message post = get("/a");
  post.method = "POST";
  north_.world.send(post, {Message{}});
  loop_.run_until([&] { return south_.world.cache->statistics().entries == 0; });
  EXPECT_EQ(south(get("/a")), "(asked)") << "neither from memory nor from Redis, where the old value still lies";
}

TEST_F(TwoGateways, PurgesByTagPrefixAndAllReachTheOther) {
  store_north("/a/1", answer("one", {{"Cache-Tag", "t"}}));
  store_north("/b/1", answer("two"));
  store_north("/c/1", answer("three"));
  for (const char* target : {"/a/1", "/b/1", "/c/1"}) EXPECT_NE(south(get(target)), "(asked)");
  EXPECT_EQ(north_.world.cache->purge_tag("t"), 1u);
  EXPECT_EQ(north_.world.cache->purge_prefix("/b"), 1u);
  loop_.run_until([&] { return south_.world.cache->statistics().entries == 1; });
  EXPECT_EQ(south(get("/a/1")), "(asked)");
  EXPECT_EQ(south(get("/b/1")), "(asked)");
  EXPECT_EQ(south(get("/c/1")), "three");
  north_.world.cache->purge_all();
  loop_.run_until([&] { return south_.world.cache->statistics().entries == 0; });
}

TEST_F(TwoGateways, ManyInvalidationsAtOnceAllReachTheOther) {
  for (int i = 0; i < 20; ++i) store_north("/a/" + std::to_string(i), answer("x"));
  store_north("/b", answer("kept"));
  EXPECT_EQ(south(get("/b")), "kept");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(south(get("/a/" + std::to_string(i))), "x");
  for (int i = 0; i < 3'000; ++i) north_.world.cache->purge_target("valion.example", "/a/" + std::to_string(i));
  loop_.run_until([&] { return south_.world.cache->statistics().entries == 1; });
  loop_.run_until([&] { return command({"XLEN", "valion:cache:log"})->integer >= 3'000; });
  EXPECT_EQ(south(get("/b")), "kept");
}

TEST_F(TwoGateways, AnUnsafeRequestWhereNothingIsKeptTellsNobody) {
  Settings particular = quick();
  particular.may_hold = [](std::string_view target) { return target.substr(0, 7) == "/houses"; };
  Gateway east(loop_, redis_.url(), particular);
  loop_.run_until([&] { return east.in_use(); });
  Message post = get("/predict");
  post.method = "POST";
  east.world.send(post, {Message{}});
  Message created;
  created.status = 201;
  created.fields = {{"Location", "/houses/9"}};
  east.world.send(post, {created});
  loop_.run_until([&] { return command({"XLEN", "valion:cache:log"})->integer == 1; });
  EXPECT_EQ(east.world.cache->statistics().invalidations, 1u);
}

TEST_F(TwoGateways, AnAnswerAskedForBeforeAnInvalidationAndStoredAfterItIsNotServed) {
  // North asks its service, South invalidates meanwhile, and North hears of it only after it has stored the answer.
  const Message request = get("/a");
  const RequestHead head = request.request();
  const Question question = north_.world.question(head, {});
  Found found = loop_.run(north_.world.cache->resolve(question));
  const Message old = answer("old");
  static_cast<void>(found.fetch->on_head(old.response(), {Framing::Kind::length, 3, true}));
  found.fetch->on_body("old");
  south_.world.cache->purge_target("valion.example", "/a");
  found.fetch->on_end();  // both in one turn of the loop: nobody has read the log yet
  wait_for_entries(1);
  EXPECT_EQ(south(get("/a")), "(asked)");
}

TEST_F(TwoGateways, WhatLiesThereCorruptIsIgnoredAndDeleted) {
  store_north("/a", answer("one"));
  const std::string name = names().at(0);
  for (const std::string& junk : {std::string("junk"), std::string(), std::string("VLC1") + std::string(400, '\0')}) {
    command({"SET", name, junk});
    EXPECT_EQ(south(get("/a", {{"Cache-Control", "max-age=60"}})), "(asked)");
    south_.world.cache->purge_all();
    settle();
  }
  EXPECT_EQ(south_.world.cache->statistics().redis_corrupt, 3u);
}

TEST_F(TwoGateways, AnothersValueUnderThisNameIsNotServed) {
  store_north("/a", answer("one"));
  const std::string first = names().at(0);
  store_north("/b", answer("two"));
  const auto both = names();
  const std::string second = both.at(0) == first ? both.at(1) : both.at(0);
  command({"COPY", second, first, "REPLACE"});
  EXPECT_EQ(south(get("/a")), "(asked)");
}

TEST_F(TwoGateways, ALargeAnswerStaysInMemory) {
  Settings tight = quick();
  tight.largest_in_redis = 1'000;
  Gateway east(loop_, redis_.url(), tight);
  loop_.run_until([&] { return east.in_use(); });
  ASSERT_EQ(east.world.send(get("/large"), {answer(std::string(2'000, 'x'))}).kind, "asked");
  ASSERT_EQ(east.world.send(get("/small"), {answer("x")}).kind, "asked");
  wait_for_entries(1);
  EXPECT_EQ(entries(), 1u);
  EXPECT_EQ(east.world.send(get("/large")).kind, "hit");
}

TEST_F(TwoGateways, EntriesLeaveRedisWhenTheyAreOfNoUse) {
  store_north("/a", answer("one"));
  const std::int64_t left = command({"PTTL", names().at(0)})->integer;
  EXPECT_GT(left, 50'000);
  EXPECT_LE(left, 60'000);
}

TEST_F(TwoGateways, WithoutRedisEachHasItsMemory) {
  store_north("/a", answer("one"));
  redis_.crash();
  loop_.run_until([&] { return !north_.in_use() && !south_.in_use(); });
  EXPECT_EQ(north_.world.send(get("/a")).kind, "hit");
  EXPECT_EQ(south(get("/a")), "(asked)");
  EXPECT_EQ(south(get("/a")), "(asked)") << "from South's own memory";
  EXPECT_EQ(south_.world.cache->statistics().routes.at("houses").hits, 1u);
}

TEST_F(TwoGateways, WhatIsInvalidatedWhileRedisIsAwayIsToldWhenItIsBack) {
  redis_.hang();  // keeps its data, answers nobody
  ASSERT_EQ(south_.world.send(get("/a"), {answer("one")}).kind, "asked");
  loop_.run_until([&] { return !north_.in_use(); });
  north_.world.cache->purge_target("valion.example", "/a");
  EXPECT_EQ(south_.world.send(get("/a")).kind, "hit");
  redis_.wake();
  loop_.run_until([&] { return south_.world.cache->statistics().entries == 0; });
}

TEST_F(TwoGateways, APausedRedisDelaysNobodyForLong) {
  redis_.hang();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(south(get("/a")), "(asked)");
  for (int i = 0; i < 50; ++i) EXPECT_EQ(south(get("/other/" + std::to_string(i))), "(asked)");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s) << "the first one has waited, the others know";
  redis_.wake();
}

TEST_F(TwoGateways, AWipedRedisEmptiesTheMemoryAsInvalidationsMayBeLost) {
  store_north("/a", answer("one"));
  EXPECT_EQ(south(get("/a")), "one");
  command({"FLUSHALL"});
  loop_.run_until(
      [&] { return south_.world.cache->statistics().entries == 0 && north_.world.cache->statistics().entries == 0; });
  settle();
  store_north("/a", answer("two"));
  EXPECT_EQ(south(get("/a")), "two") << "and goes on with a new log";
}

TEST_F(TwoGateways, AGatewayThatStartsLaterKnowsWhatWasInvalidatedBefore) {
  store_north("/a", answer("one"));
  south_.world.cache->purge_target("valion.example", "/a");
  loop_.run_until([&] { return north_.world.cache->statistics().entries == 0; });
  settle();
  Gateway east(loop_, redis_.url(), quick());
  loop_.run_until([&] { return east.in_use(); });
  EXPECT_EQ(east.world.send(get("/a"), {answer("new")}).kind, "asked");
}

EntryPointer sample() {
  Parts parts{Key({Partition::tenant("Ash"), "Valion.Example:8000", "/a?x=1"})};
  parts.reason = "Fine";
  parts.fields = {{"Cache-Control", "max-age=60"}, {"ETag", "\"1\""}, {"X-A", ""}};
  parts.selecting = {{"accept", "text/plain", "text/plain", true}, {"x-b", "", "", false}};
  parts.tags = {"t1", "t2"};
  parts.body = std::make_shared<const std::string>("body\0\r\n", 7);
  parts.age_zero = Moment{std::chrono::milliseconds{1'795'509'600'123}};
  parts.lifetime = Seconds{60};
  parts.default_lifetime = Seconds{5};
  parts.position = {77, 3};
  return std::make_shared<const Entry>(std::move(parts));
}

TEST(EntryCodec, KeepsEverything) {
  const EntryPointer entry = sample();
  const EntryPointer read = decode(encode(*entry));
  ASSERT_NE(read, nullptr);
  EXPECT_TRUE(same_key(read->key(), entry->key()));
  EXPECT_EQ(read->head(), entry->head());
  EXPECT_EQ(read->body(), entry->body());
  EXPECT_EQ(read->etag(), "\"1\"");
  EXPECT_EQ(read->parts().tags, entry->parts().tags);
  EXPECT_EQ(read->parts().selecting.at(0).value, "text/plain");
  EXPECT_FALSE(read->parts().selecting.at(1).present);
  EXPECT_EQ(read->parts().age_zero, entry->parts().age_zero);
  EXPECT_EQ(read->parts().lifetime, Seconds{60});
  EXPECT_EQ(read->parts().default_lifetime, Seconds{5});
  EXPECT_EQ(read->parts().position, (Position{77, 3}));
  EXPECT_EQ(encode(*read), encode(*entry));
}

TEST(EntryCodec, RefusesWhatIsCutShortOrChanged) {
  const std::string whole = encode(*sample());
  for (std::size_t length = 0; length < whole.size(); ++length) ASSERT_EQ(decode(whole.substr(0, length)), nullptr);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    ASSERT_EQ(decode(changed), nullptr) << at;
  }
  EXPECT_EQ(decode(whole + "x"), nullptr);
}

}  // namespace
}  // namespace valion::gateway::cache

// Many that miss the same at once: one fetches, the others wait, and nobody waits for what cannot be shared.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <list>

#include "services/api_gateway/cache/world.hpp"

namespace valion::gateway::cache {
namespace {

using namespace std::chrono_literals;

// One client that has missed, and waits for a hit or a fetch.
struct Waiting {
  Message request;
  RequestHead head;
  std::optional<Found> found;

  [[nodiscard]] bool is_hit() const { return found && found->hit; }
  [[nodiscard]] bool must_fetch() const { return found && !found->hit; }
};

class Coalescing : public ::testing::Test {
 protected:
  Waiting& ask(Message request = {}) {
    Waiting& waiting = waiting_.emplace_back();
    waiting.request = std::move(request);
    waiting.request.target = "/a";
    waiting.head = waiting.request.request();
    const Question question = world_.question(waiting.head, {});
    EXPECT_EQ(world_.cache->look(question).kind, Verdict::Kind::ask);
    asio::co_spawn(world_.loop.executor(), world_.cache->resolve(question),
                   [&](const std::exception_ptr&, Found found) { waiting.found.emplace(std::move(found)); });
    settle();
    return waiting;
  }
  // Lets everything happen that can happen now.
  void settle() {
    bool passed = false;
    for (int i = 0; i < 3; ++i) {
      passed = false;
      asio::post(world_.loop.executor(), [&] { passed = true; });
      world_.loop.run_until([&] { return passed; });
    }
  }
  void answer(Fetch& fetch, const Message& message) {
    answer_head(fetch, message);
    fetch.on_body(message.body);
    fetch.on_end();
    settle();
  }
  void answer_head(Fetch& fetch, const Message& message) {
    static_cast<void>(fetch.on_head(message.response(), {message.framing, message.body.size(), true}));
    settle();
  }
  static Message good(std::string body, std::string control = "max-age=60") {
    Message message;
    message.fields = {{"Cache-Control", std::move(control)}};
    message.body = std::move(body);
    return message;
  }

  World world_;
  std::list<Waiting> waiting_;
};

TEST_F(Coalescing, OneFetchAnswersAllThatWait) {
  Waiting& first = ask();
  ASSERT_TRUE(first.must_fetch());
  std::vector<Waiting*> others;
  for (int i = 0; i < 20; ++i) others.push_back(&ask());
  for (const Waiting* other : others) EXPECT_FALSE(other->found);
  answer(*first.found->fetch, good("one"));
  for (const Waiting* other : others) {
    ASSERT_TRUE(other->is_hit());
    EXPECT_EQ(other->found->hit->body(), "one");
    EXPECT_EQ(message_of(*other->found->hit).field("Cache-Status"), "Valion; fwd=miss; collapsed");
  }
  const RouteStatistics counts = world_.cache->statistics().routes.at("houses");
  EXPECT_EQ(counts.misses, 1u);
  EXPECT_EQ(counts.coalesced, 20u);
}

TEST_F(Coalescing, EachGoesByItselfAsSoonAsTheAnswerProvesPrivate) {
  Waiting& first = ask();
  std::vector<Waiting*> others{&ask(), &ask(), &ask()};
  answer_head(*first.found->fetch, good("mine", "private"));
  for (const Waiting* other : others) EXPECT_TRUE(other->must_fetch());
  EXPECT_TRUE(ask().must_fetch()) << "and for some seconds nobody waits for that key";
  world_.now += 11s;
  EXPECT_TRUE(ask().must_fetch());
  EXPECT_FALSE(ask().found) << "then one leads again";
}

TEST_F(Coalescing, NobodyWaitsForAnAnswerThatMustBeValidatedEachTime) {
  Waiting& first = ask();
  Waiting& other = ask();
  answer_head(*first.found->fetch, good("one", "max-age=0"));
  EXPECT_TRUE(other.must_fetch());
}

TEST_F(Coalescing, ALeaderThatDiesHandsOverToTheNext) {
  Waiting& first = ask();
  std::vector<Waiting*> others{&ask(), &ask(), &ask()};
  first.found->fetch.reset();
  settle();
  std::vector<Waiting*> leading, waiting;
  for (Waiting* other : others) (other->found ? leading : waiting).push_back(other);
  ASSERT_EQ(leading.size(), 1u);
  ASSERT_EQ(waiting.size(), 2u);
  answer(*leading[0]->found->fetch, good("two"));
  for (const Waiting* other : waiting) {
    ASSERT_TRUE(other->is_hit());
    EXPECT_EQ(other->found->hit->body(), "two");
  }
}

TEST_F(Coalescing, ALeaderThatDiesInMidBodyHandsOver) {
  Waiting& first = ask();
  Waiting& other = ask();
  answer_head(*first.found->fetch, good("0123456789"));
  first.found->fetch->on_body("01234");
  settle();
  EXPECT_FALSE(other.found);
  first.found->fetch.reset();
  settle();
  EXPECT_TRUE(other.must_fetch());
  EXPECT_EQ(world_.cache->statistics().entries, 0u);
}

TEST_F(Coalescing, ALeaderWhoseServiceFailsHandsOver) {
  Waiting& first = ask();
  Waiting& other = ask();
  EXPECT_EQ(first.found->fetch->on_failure().next, Outcome::Next::relay);
  settle();
  EXPECT_TRUE(other.must_fetch());
}

TEST_F(Coalescing, ABodyThatGrowsTooLargeSetsTheOthersFree) {
  Settings small;
  small.memory = 100'000;
  World world(nullptr, nullptr, small);
  Message request;
  request.target = "/a";
  const RequestHead head = request.request();
  const Question question = world.question(head, {});
  Found first = world.loop.run(world.cache->resolve(question));
  std::optional<Found> second;
  asio::co_spawn(world.loop.executor(), world.cache->resolve(question),
                 [&](const std::exception_ptr&, Found found) { second.emplace(std::move(found)); });
  Message answer = good("");
  static_cast<void>(first.fetch->on_head(answer.response(), {Framing::Kind::chunked, 0, true}));
  first.fetch->on_body(std::string(50'000, 'x'));
  world.loop.run_until([&] { return second.has_value(); });
  EXPECT_TRUE(second->fetch);
  first.fetch->on_end();
  EXPECT_EQ(world.cache->statistics().entries, 0u);
}

TEST_F(Coalescing, WhoHasWaitedLongEnoughGoesByItself) {
  Settings hasty;
  hasty.patience = 20ms;
  World world(nullptr, nullptr, hasty);
  Message request;
  const RequestHead head = request.request();
  const Question question = world.question(head, {});
  const Found first = world.loop.run(world.cache->resolve(question));
  const Found second = world.loop.run(world.cache->resolve(question));
  EXPECT_TRUE(first.fetch);
  EXPECT_TRUE(second.fetch);
  EXPECT_FALSE(second.hit);
}

TEST_F(Coalescing, ARangeWaitsForTheWholeButDoesNotLead) {
  Message range;
  range.fields = {{"Range", "bytes=0-1"}};
  EXPECT_TRUE(ask(range).must_fetch());
  Waiting& whole = ask();
  ASSERT_TRUE(whole.must_fetch()) << "the one before leads nobody";
  Waiting& part = ask(range);
  EXPECT_FALSE(part.found);
  answer(*whole.found->fetch, good("0123456789"));
  ASSERT_TRUE(part.is_hit());
  EXPECT_EQ(part.found->hit->status(), 206);
  EXPECT_EQ(part.found->hit->body(), "01");
}

TEST_F(Coalescing, AConditionalRequestLeadsWhereOurConditionTakesItsPlace) {
  Message tagged = good("one");
  tagged.fields.emplace_back("ETag", "\"1\"");
  answer(*ask().found->fetch, tagged);
  world_.now += 70s;
  Message conditional;
  conditional.fields = {{"If-None-Match", "\"1\""}};
  Waiting& first = ask(conditional);
  Waiting& other = ask(conditional);
  ASSERT_TRUE(first.must_fetch());
  EXPECT_FALSE(other.found);
  Message unchanged;
  unchanged.status = 304;
  const Outcome outcome = first.found->fetch->on_head(unchanged.response(), {});
  ASSERT_EQ(outcome.next, Outcome::Next::serve);
  EXPECT_EQ(outcome.hit->status(), 304);
  settle();
  ASSERT_TRUE(other.is_hit());
  EXPECT_EQ(other.found->hit->status(), 304);
}

TEST_F(Coalescing, NoCacheWaitsForNobody) {
  ask();
  Message impatient;
  impatient.fields = {{"Cache-Control", "no-cache"}};
  EXPECT_TRUE(ask(impatient).must_fetch());
}

TEST_F(Coalescing, OtherVariantsFetchTheirOwn) {
  Message pt, en;
  pt.fields = {{"Accept-Language", "pt"}};
  en.fields = {{"Accept-Language", "en"}};
  Waiting& first = ask(pt);
  Waiting& same = ask(pt);
  Waiting& other = ask(en);
  Message answered = good("pt");
  answered.fields.emplace_back("Vary", "Accept-Language");
  answer(*first.found->fetch, answered);
  EXPECT_TRUE(same.is_hit());
  ASSERT_TRUE(other.must_fetch());
  EXPECT_FALSE(ask(en).found) << "and now those of the other language wait for that one";
}

TEST_F(Coalescing, OneRefreshBehindAStaleAnswerAtATime) {
  Waiting& first = ask();
  answer(*first.found->fetch, good("one", "max-age=60, stale-while-revalidate=60"));
  world_.now += 70s;
  const RequestHead head = first.request.request();
  Verdict refreshing = world_.cache->look(world_.question(head, {}));
  const Verdict other = world_.cache->look(world_.question(head, {}));
  EXPECT_TRUE(refreshing.hit && refreshing.fetch);
  EXPECT_TRUE(other.hit && !other.fetch);
  refreshing.fetch.reset();
  EXPECT_TRUE(world_.cache->look(world_.question(head, {})).fetch) << "one that came to nothing can be begun again";
}

TEST_F(Coalescing, WhatIsInvalidatedOnItsWayIsNotStored) {
  Waiting& first = ask();
  answer_head(*first.found->fetch, good("old"));
  first.found->fetch->on_body("old");
  world_.cache->purge_target("valion.example", "/a");
  first.found->fetch->on_end();
  EXPECT_EQ(world_.cache->statistics().entries, 0u);
}

TEST_F(Coalescing, OutlivesNeitherTheCacheNorItsClients) {
  Waiting& first = ask();
  Waiting& other = ask();
  world_.cache.reset();
  EXPECT_FALSE(other.found);
  answer(*first.found->fetch, good("late"));
}

}  // namespace
}  // namespace valion::gateway::cache

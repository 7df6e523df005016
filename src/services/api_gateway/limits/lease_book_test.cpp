#include "services/api_gateway/limits/lease_book.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace valion::gateway::limits {
namespace {

using namespace std::chrono_literals;
using ::testing::SizeIs;

const RateLimit kTwenty{20, 60s};
const RateLimit kSixHundred{600, 60s};
const RateLimit kFiftyThousand{50'000, 60s};
const KeyView kAnna{"ml-train", "user:anna"};
const KeyView kBert{"ml-train", "user:bert"};

// A meter of one place: what the shared script does, on the test's clock.
class Meter {
 public:
  explicit Meter(const RateLimit& limit) : rate_(limit) {}
  Lease lease(const LeaseRequest& request, Moment now) {
    full_ = std::max(full_, now);
    const std::int64_t free = rate_.room(full_ - now);
    const std::int64_t wanted = std::min<std::int64_t>(request.want, std::max<std::int64_t>(request.need, free / 8));
    const std::int64_t granted = std::min(free, wanted);
    full_ += rate_.cost(granted);
    return {static_cast<std::uint32_t>(granted), full_ - now};
  }
  void give_back(const std::vector<Unused>& unused) {
    for (const Unused& lease : unused) full_ -= Span(static_cast<Span::rep>(lease.nanoseconds));
  }

 private:
  Gcra rate_;
  Moment full_{};
};

// A gateway: asks its book, and the meter when the book does not know.
class Gateway {
 public:
  Gateway(Meter& meter, std::size_t gateways) : meter_(meter), gateways_(gateways) {}
  Decision ask(KeyView key, const RateLimit& limit, Moment now) {
    LeaseBook::Answer answer = book.decide(key, limit, now);
    while (!answer.decision) {
      lease(key, limit, now);
      answer = book.decide(key, limit, now);
    }
    if (answer.refill) lease(key, limit, now);
    return *answer.decision;
  }
  void lease(KeyView key, const RateLimit& limit, Moment now) {
    ++leases;
    const LeaseRequest request = book.begin_lease(key, limit, gateways_, 1, now);
    book.take(key, meter_.lease(request, now), now);
  }

  LeaseBook book{1'000};
  int leases = 0;

 private:
  Meter& meter_;
  std::size_t gateways_;
};

TEST(Gcra, HoldsTheWholeLimitAndEarnsItBackEvenly) {
  const Gcra rate(kTwenty);
  EXPECT_EQ(rate.room(0s), 20);
  EXPECT_EQ(rate.room(rate.cost(19)), 1);
  EXPECT_EQ(rate.room(rate.cost(20)), 0);
  EXPECT_EQ(rate.wait(rate.cost(20)), 3s);
  EXPECT_EQ(rate.wait(rate.cost(19)), 0s);
}

TEST(Gcra, LosesNoRequestToFractionsOfANanosecond) {
  for (const std::uint32_t requests : {1u, 7u, 13u, 50u, 997u, 49'999u, 7'000'001u}) {
    const Gcra rate(RateLimit{requests, 60s});
    EXPECT_EQ(rate.room(0s), requests);
    Span debt{0};
    for (std::uint32_t i = 0; i < std::min(requests, 100'000u); ++i) debt += rate.cost(1);
    const double left = requests - std::min(requests, 100'000u);
    EXPECT_NEAR(static_cast<double>(rate.room(debt)), left, requests * 1e-6) << requests;
  }
}

TEST(Gcra, AdmitsNothingWhenTheLimitIsNothing) {
  LeaseBook book(10);
  for (const RateLimit& limit : {RateLimit{0, 60s}, RateLimit{5, 0s}}) {
    const auto answer = book.decide(kAnna, limit, Moment{});
    ASSERT_TRUE(answer.decision);
    EXPECT_FALSE(answer.decision->allowed);
    EXPECT_FALSE(book.decide_alone(kAnna, limit, 2, Moment{}).allowed);
  }
}

TEST(LargestLease, KeepsAllGatewaysTogetherBelowOnePartInFifty) {
  EXPECT_EQ(largest_lease(kTwenty, 1), 1u);
  EXPECT_EQ(largest_lease(kTwenty, 2), 1u);
  EXPECT_EQ(largest_lease(kSixHundred, 2), 6u);
  EXPECT_EQ(largest_lease(kFiftyThousand, 2), 500u);
  EXPECT_EQ(largest_lease(RateLimit{4'000'000'000, 60s}, 2), 1'024u);
  EXPECT_EQ(largest_lease(kSixHundred, 0), 12u);
}

TEST(LeaseBook, AsksFirstAndThenDecidesByItself) {
  Meter meter(kSixHundred);
  Gateway gateway(meter, 1);
  const Moment now{1h};
  for (int i = 0; i < 100; ++i) {
    const Decision decision = gateway.ask(kAnna, kSixHundred, now);
    EXPECT_TRUE(decision.allowed);
    EXPECT_EQ(decision.limit, 600u);
    EXPECT_EQ(decision.remaining, 599u - static_cast<unsigned>(i));
  }
  EXPECT_LE(gateway.leases, 12);
}

TEST(LeaseBook, KnowsARefusalByHeartUntilTheNextRequestMayPass) {
  Meter meter(kTwenty);
  Gateway gateway(meter, 2);
  Moment now{1h};
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(gateway.ask(kAnna, kTwenty, now).allowed);
  const int before = gateway.leases;
  const Decision refused = gateway.ask(kAnna, kTwenty, now);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.remaining, 0u);
  EXPECT_EQ(refused.retry_after, 3s);
  EXPECT_EQ(refused.reset, 60s);
  EXPECT_FALSE(gateway.ask(kAnna, kTwenty, now + 2'999ms).allowed);
  EXPECT_EQ(gateway.leases, before);
  EXPECT_TRUE(gateway.ask(kAnna, kTwenty, now + 3s).allowed);
  EXPECT_FALSE(gateway.ask(kAnna, kTwenty, now + 3s).allowed);
}

TEST(LeaseBook, KeepsSubjectsAndLimitsApart) {
  Meter annas(kTwenty), berts(kTwenty);
  Gateway gateway(annas, 1);
  const Moment now{1h};
  for (int i = 0; i < 21; ++i) (void)gateway.ask(kAnna, kTwenty, now);
  EXPECT_FALSE(gateway.ask(kAnna, kTwenty, now).allowed);
  EXPECT_FALSE(gateway.book.decide(kBert, kTwenty, now).decision);
  EXPECT_FALSE(gateway.book.decide({"data", "user:anna"}, kTwenty, now).decision);
}

TEST(LeaseBook, GivesUnusedPermitsBackWhenTheLeaseEnds) {
  Meter meter(kFiftyThousand);
  Gateway gateway(meter, 1);
  const Moment now{1h};
  (void)gateway.ask(kAnna, kFiftyThousand, now);
  EXPECT_EQ(gateway.book.permits(kAnna), 3u);
  EXPECT_THAT(gateway.book.unused(now + 9'999ms), SizeIs(0));
  const auto unused = gateway.book.unused(now + 10s);
  ASSERT_THAT(unused, SizeIs(1));
  EXPECT_EQ(unused[0].permits, 3u);
  EXPECT_EQ(unused[0].key.subject, "user:anna");
  EXPECT_DOUBLE_EQ(unused[0].nanoseconds, 3 * 1.2e6);
  EXPECT_EQ(gateway.book.permits(kAnna), 0u);
  EXPECT_FALSE(gateway.book.decide(kAnna, kFiftyThousand, now + 10s).decision) << "an ended lease gives nothing";
}

TEST(LeaseBook, DoublesWhatIsUsedUpAndHalvesWhatIsNot) {
  LeaseBook book(10);
  Moment now{1h};
  for (const std::uint32_t size : {4u, 8u, 16u}) {
    EXPECT_EQ(book.begin_lease(kAnna, kFiftyThousand, 1, 1, now).want, size);
    book.take(kAnna, {size, 1ms}, now);
    for (std::uint32_t i = 0; i < size; ++i) EXPECT_TRUE(book.decide(kAnna, kFiftyThousand, now).decision);
  }
  EXPECT_EQ(book.begin_lease(kAnna, kFiftyThousand, 1, 1, now).want, 32u);
  book.take(kAnna, {32, 1ms}, now);
  now += 10s;
  EXPECT_THAT(book.unused(now), SizeIs(1));
  EXPECT_EQ(book.begin_lease(kAnna, kFiftyThousand, 1, 1, now).want, 16u);
}

TEST(LeaseBook, FetchesMoreBeforeALargeLeaseIsUsedUp) {
  LeaseBook book(10);
  const Moment now{1h};
  (void)book.begin_lease(kAnna, kFiftyThousand, 1, 1, now);
  book.take(kAnna, {16, 1ms}, now);
  for (int i = 0; i < 11; ++i) EXPECT_FALSE(book.decide(kAnna, kFiftyThousand, now).refill);
  EXPECT_TRUE(book.decide(kAnna, kFiftyThousand, now).refill) << "four are left";
  (void)book.begin_lease(kAnna, kFiftyThousand, 1, 1, now);
  EXPECT_FALSE(book.decide(kAnna, kFiftyThousand, now).refill) << "somebody asks already";
}

TEST(LeaseBook, AsksForAllWhoWait) {
  LeaseBook book(10);
  const LeaseRequest request = book.begin_lease(kAnna, kTwenty, 2, 9, Moment{1h});
  EXPECT_EQ(request.need, 9u);
  EXPECT_EQ(request.want, 9u);
}

TEST(LeaseBook, TakesAChangedLimitAtOnce) {
  Meter meter(kTwenty);
  Gateway gateway(meter, 1);
  const Moment now{1h};
  for (int i = 0; i < 21; ++i) (void)gateway.ask(kAnna, kTwenty, now);
  EXPECT_FALSE(gateway.book.decide(kAnna, kSixHundred, now).decision) << "ask Redis under the new numbers";
  Meter wider(kSixHundred);
  Gateway after(wider, 1);
  EXPECT_TRUE(after.ask(kAnna, kSixHundred, now).allowed);
}

TEST(LeaseBookAlone, GivesItsPartOfTheBound) {
  LeaseBook book(10);
  Moment now{1h};
  int allowed = 0;
  for (int i = 0; i < 600; ++i) allowed += book.decide_alone(kAnna, kSixHundred, 3, now).allowed ? 1 : 0;
  EXPECT_EQ(allowed, 200);
  const Decision refused = book.decide_alone(kAnna, kSixHundred, 3, now);
  EXPECT_EQ(refused.retry_after, 300ms);  // a third of ten a second
  allowed = 0;
  for (int i = 0; i < 600; ++i) allowed += book.decide_alone(kAnna, kSixHundred, 3, now + 30s).allowed ? 1 : 0;
  EXPECT_EQ(allowed, 100);
}

TEST(LeaseBookAlone, AdmitsAtLeastOneHoweverManyShareIt) {
  LeaseBook book(10);
  const Moment now{1h};
  const RateLimit one{1, 60s};
  EXPECT_TRUE(book.decide_alone(kAnna, one, 4, now).allowed);
  EXPECT_FALSE(book.decide_alone(kAnna, one, 4, now + 239s).allowed);
  EXPECT_TRUE(book.decide_alone(kAnna, one, 4, now + 240s).allowed);
}

TEST(LeaseBookAlone, GoesOnFromTheSharedStateAndTellsItAfterwards) {
  Meter meter(kSixHundred);
  Gateway gateway(meter, 2);
  const Moment now{1h};
  for (int i = 0; i < 400; ++i) EXPECT_TRUE(gateway.ask(kAnna, kSixHundred, now).allowed);
  int allowed = 0;
  for (int i = 0; i < 600; ++i) allowed += gateway.book.decide_alone(kAnna, kSixHundred, 2, now).allowed ? 1 : 0;
  EXPECT_NEAR(allowed, 100, 6);  // half of the 200 left
  const LeaseRequest request = gateway.book.begin_lease(kAnna, kSixHundred, 2, 1, now);
  EXPECT_TRUE(request.debt_counts);
  EXPECT_EQ(request.rate.room(request.debt), 0);
}

TEST(LeaseBookAlone, TellsAlsoWhatItGaveOutWhileItAskedAndWhatWasNotHeard) {
  LeaseBook book(10);
  const Moment now{1h};
  (void)book.begin_lease(kAnna, kTwenty, 2, 1, now);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(book.decide_alone(kAnna, kTwenty, 2, now).allowed);
  book.take(kAnna, {1, 3s}, now);  // late: Redis knows of one
  LeaseRequest request = book.begin_lease(kAnna, kTwenty, 2, 1, now);
  EXPECT_TRUE(request.debt_counts);
  EXPECT_EQ(request.debt, 60s);
  book.lease_failed(kAnna);
  request = book.begin_lease(kAnna, kTwenty, 2, 1, now);
  EXPECT_TRUE(request.debt_counts);
  book.take(kAnna, {0, 60s}, now);
  EXPECT_FALSE(book.begin_lease(kAnna, kTwenty, 2, 1, now).debt_counts);
}

TEST(LeaseBook, RemembersABoundedNumberOfKeys) {
  LeaseBook book(1'000);
  Moment now{1h};
  std::uint32_t back = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string subject = "user:" + std::to_string(i);
    (void)book.begin_lease({"data", subject}, kFiftyThousand, 1, 1, now);
    book.take({"data", subject}, {4, 5ms}, now);
    ASSERT_LE(book.keys(), 1'000u);
  }
  for (const Unused& lease : book.unused(now, true)) back += lease.permits;
  EXPECT_EQ(back, 80'000u) << "what is forgotten is given back";
}

TEST(LeaseBook, PrefersToForgetWhoIsNotThere) {
  LeaseBook book(100);
  const Moment now{1h};
  for (int i = 0; i < 5'000; ++i) {
    const std::string subject = "user:" + std::to_string(i);
    (void)book.decide_alone({"data", subject}, kTwenty, 1, now);
    (void)book.decide_alone(kAnna, kTwenty, 1, now);
  }
  EXPECT_FALSE(book.decide_alone(kAnna, kTwenty, 1, now).allowed) << "anna asks all the time and is remembered";
}

TEST(LeaseBook, ForgetsWhatIsAsNew) {
  LeaseBook book(100);
  const Moment now{1h};
  (void)book.decide_alone(kAnna, kTwenty, 1, now);
  for (int i = 0; i < 10; ++i) (void)book.unused(now + 2s);
  EXPECT_EQ(book.keys(), 1u);
  for (int i = 0; i < 10; ++i) (void)book.unused(now + 3s);
  EXPECT_EQ(book.keys(), 0u);
}

// However the load falls on the gateways: never more than a meter of one place and the permits held, in any window.
TEST(LeaseBook, AdmitsNoMoreThanTheLimitAndAFortieth) {
  std::mt19937 random(7);
  for (const RateLimit& limit : {kTwenty, RateLimit{100, 60s}, kSixHundred, kFiftyThousand, RateLimit{100, 1s}}) {
    Meter meter(limit);
    std::deque<Gateway> gateways;
    for (int i = 0; i < 3; ++i) gateways.emplace_back(meter, 3);
    const double per_second = limit.requests / std::chrono::duration<double>(limit.window).count();
    std::vector<Moment> admitted;
    Moment now{1h};
    for (int step = 0; step < 60'000; ++step) {
      std::exponential_distribution<double> pause(per_second * (step / 10'000 % 2 == 0 ? 3 : 0.5));
      now += std::chrono::duration_cast<Span>(std::chrono::duration<double>(pause(random)));
      Gateway& gateway = gateways[random() % 8 == 0 ? random() % 3 : 0];
      if (gateway.ask(kAnna, limit, now).allowed) admitted.push_back(now);
      for (Gateway& each : gateways) meter.give_back(each.book.unused(now));
    }
    // Over all windows: the greatest excess over requests + t * rate.
    double worst = 0, lowest = 0;
    for (std::size_t i = 0; i < admitted.size(); ++i) {
      const double above =
          static_cast<double>(i) - per_second * std::chrono::duration<double>(admitted[i] - admitted[0]).count();
      lowest = std::min(lowest, above);
      worst = std::max(worst, above + 1 - lowest);
    }
    EXPECT_LE(worst, limit.requests * (limit.requests < 150 ? 1.0 : 1.025) + 1e-3) << limit.requests;
    if (limit.requests <= 600) {
      EXPECT_GE(worst, limit.requests * 0.95) << "the load was too small to tell";
    }
  }
}

}  // namespace
}  // namespace valion::gateway::limits

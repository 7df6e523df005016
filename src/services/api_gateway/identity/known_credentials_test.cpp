#include "services/api_gateway/identity/known_credentials.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace valion::gateway {
namespace {

KnownCredential credential(const std::string& text) {
  KnownCredential made;
  made.text = text;
  auto caller = std::make_shared<Caller>();
  caller->subject = "of " + text;
  made.caller = caller;
  return made;
}
std::string subject_of(KnownCredentials& known, const std::string& text) {
  const KnownCredential* found = known.find(text);
  return found == nullptr ? "" : found->caller->subject;
}

TEST(KnownCredentials, FindsWhatWasPutAndNothingElse) {
  KnownCredentials known(100, 10'000);
  known.put(credential("one"));
  EXPECT_EQ(subject_of(known, "one"), "of one");
  EXPECT_EQ(known.find("two"), nullptr);
  EXPECT_EQ(known.find(""), nullptr);
}

// The end alone is hashed, so these meet in one slot: the whole text decides.
TEST(KnownCredentials, TellsTextsWithTheSameEndApart) {
  KnownCredentials known(100, 10'000);
  const std::string signature(64, 's');
  known.put(credential("header.payload." + signature));
  EXPECT_EQ(known.find("header.forged!." + signature), nullptr);
  EXPECT_EQ(known.find(signature), nullptr);
  known.put(credential("header.another." + signature));
  EXPECT_EQ(subject_of(known, "header.payload." + signature), "of header.payload." + signature);
  known.erase("header.payload." + signature);
  EXPECT_EQ(subject_of(known, "header.another." + signature), "of header.another." + signature);
}

TEST(KnownCredentials, ReplacesTheSameText) {
  KnownCredentials known(100, 10'000);
  known.put(credential("one"));
  KnownCredential again = credential("one");
  again.epoch = 7;
  known.put(std::move(again));
  EXPECT_EQ(known.size(), 1u);
  EXPECT_EQ(known.bytes(), 3u);
  EXPECT_EQ(known.find("one")->epoch, 7u);
}

TEST(KnownCredentials, KeepsWithinItsBounds) {
  KnownCredentials known(50, 100'000);
  for (int i = 0; i < 1'000; ++i) known.put(credential(std::to_string(i)));
  EXPECT_EQ(known.size(), 50u);
  KnownCredentials small(1'000, 100);
  for (int i = 0; i < 1'000; ++i) small.put(credential(std::to_string(1'000'000 + i)));
  EXPECT_LE(small.bytes(), 100u);
  EXPECT_EQ(small.size(), 14u);
  small.put(credential(std::string(101, 'x')));
  EXPECT_EQ(small.find(std::string(101, 'x')), nullptr) << "what alone is over the bound is not kept";
}

TEST(KnownCredentials, LetsGoOfWhatIsNotUsed) {
  KnownCredentials known(100, 100'000);
  for (int i = 0; i < 100; ++i) known.put(credential(std::to_string(i)));
  for (int i = 100; i < 190; ++i) {
    known.put(credential(std::to_string(i)));
    EXPECT_NE(known.find("7"), nullptr) << i;
  }
  EXPECT_EQ(known.size(), 100u);
}

TEST(KnownCredentials, IsTheSetThatWasAskedFor) {
  KnownCredentials known(100'000, 10'000'000);
  std::set<std::string> expected;
  std::minstd_rand random(7);
  for (int step = 0; step < 50'000; ++step) {
    const std::string text = std::to_string(random() % 2'000);
    if (random() % 3 == 0) {
      known.erase(text);
      expected.erase(text);
    } else {
      known.put(credential(text));
      expected.insert(text);
    }
    ASSERT_EQ(known.size(), expected.size());
  }
  std::size_t bytes = 0;
  for (int i = 0; i < 2'000; ++i) {
    const std::string text = std::to_string(i);
    ASSERT_EQ(subject_of(known, text), expected.contains(text) ? "of " + text : "") << text;
    bytes += expected.contains(text) ? text.size() : 0;
  }
  EXPECT_EQ(known.bytes(), bytes);
}

}  // namespace
}  // namespace valion::gateway

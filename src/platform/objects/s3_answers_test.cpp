#include "platform/objects/s3_answers.hpp"

#include <gtest/gtest.h>

namespace valion::s3 {
namespace {

using namespace std::chrono_literals;

// The example of the S3 API reference, ListObjectsV2, shortened, with a continuation.
constexpr std::string_view kListing = R"(<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <Name>bucket</Name>
  <NextContinuationToken>1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=</NextContinuationToken>
  <IsTruncated>true</IsTruncated>
  <Contents>
    <Key>ExampleObject.txt</Key>
    <LastModified>2013-09-17T18:07:53.000Z</LastModified>
    <ETag>&quot;599bab3ed2c697f1d26842727561fd94&quot;</ETag>
    <Size>857</Size>
  </Contents>
  <Contents><Key>a&amp;b</Key><LastModified>2013-09-17T18:07:53.000Z</LastModified><Size>0</Size></Contents>
</ListBucketResult>)";

TEST(S3Answers, ReadsAListing) {
  const auto listing = read_listing(kListing);
  ASSERT_TRUE(listing) << listing.error().message;
  EXPECT_EQ(listing->next, "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=");
  ASSERT_EQ(listing->keys.size(), 2u);
  EXPECT_EQ(listing->keys[0].key, "ExampleObject.txt");
  EXPECT_EQ(listing->keys[0].bytes, 857u);
  EXPECT_EQ(listing->keys[0].modified.time_since_epoch(), 1379441273s);
  EXPECT_EQ(listing->keys[1].key, "a&b");
}

TEST(S3Answers, RecognisesWhatIsNoListing) {
  for (const std::string_view text : {"", "<html>", "<Error><Code>NoSuchBucket</Code></Error>"}) {
    EXPECT_EQ(read_listing(text).error().kind, ErrorKind::bad_gateway) << text;
  }
  EXPECT_FALSE(read_listing(kListing.substr(0, 300)));
}

TEST(S3Answers, FindsAnElement) {
  EXPECT_EQ(text_of("<Error><Code>SlowDown</Code></Error>", "Code"), "SlowDown");
  EXPECT_EQ(text_of("<Error/>", "Code"), std::nullopt);
  EXPECT_EQ(text_of("<Error><Code>x", "Code"), std::nullopt);
}

TEST(S3Answers, ReadsMomentsAsXmlAndHttpWriteThem) {
  EXPECT_EQ(read_moment("2009-10-12T17:50:30.000Z")->time_since_epoch(), 1255369830s);
  EXPECT_EQ(read_moment("Mon, 12 Oct 2009 17:50:30 GMT")->time_since_epoch(), 1255369830s);
  EXPECT_FALSE(read_moment("yesterday"));
}

}  // namespace
}  // namespace valion::s3

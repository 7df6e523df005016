#include "platform/objects/object_url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace valion {
namespace {

using ::testing::HasSubstr;

TEST(ObjectUrl, NamesAmazonByDefault) {
  const auto place = parse_s3_url("s3://valion-objects/production/");
  ASSERT_TRUE(place) << place.error().message;
  EXPECT_EQ(place->bucket, "valion-objects");
  EXPECT_EQ(place->prefix, "production");
  EXPECT_EQ(place->endpoint, "https://s3.us-east-1.amazonaws.com");
  EXPECT_FALSE(place->path_style);
  EXPECT_EQ(parse_s3_url("s3://b?region=sa-east-1")->endpoint, "https://s3.sa-east-1.amazonaws.com");
}

TEST(ObjectUrl, NamesAnotherStore) {
  const auto place = parse_s3_url("s3://b/x/y?endpoint=http://127.0.0.1:9000/&region=local&ca=/etc/ca.pem");
  ASSERT_TRUE(place) << place.error().message;
  EXPECT_EQ(place->prefix, "x/y");
  EXPECT_EQ(place->endpoint, "http://127.0.0.1:9000");
  EXPECT_EQ(place->region, "local");
  EXPECT_EQ(place->ca_file, "/etc/ca.pem");
  EXPECT_TRUE(place->path_style);
  EXPECT_FALSE(parse_s3_url("s3://b?endpoint=https://s3.example&style=host")->path_style);
}

TEST(ObjectUrl, SaysWhatIsWrong) {
  EXPECT_THAT(parse_s3_url("gs://b").error().message, HasSubstr("s3://"));
  EXPECT_THAT(parse_s3_url("s3:///x").error().message, HasSubstr("bucket"));
  EXPECT_THAT(parse_s3_url("s3://B").error().message, HasSubstr("bucket"));
  EXPECT_THAT(parse_s3_url("s3://b/a b").error().message, HasSubstr("prefix"));
  EXPECT_THAT(parse_s3_url("s3://b?endpoint=127.0.0.1").error().message, HasSubstr("scheme"));
  EXPECT_THAT(parse_s3_url("s3://b?endpoint=http://a/b").error().message, HasSubstr("scheme, host and port"));
  EXPECT_THAT(parse_s3_url("s3://b?style=x").error().message, HasSubstr("style"));
  EXPECT_THAT(parse_s3_url("s3://b?secret=x").error().message, HasSubstr("`secret`"));
}

}  // namespace
}  // namespace valion

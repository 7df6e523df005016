#include "services/api_gateway/encoding/content_encoding.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace valion::gateway::encoding {
namespace {

Encoding accepted_of(std::string_view value) { return accepted({{"Accept-Encoding", value}}); }

TEST(AcceptEncoding, IsReadByQualityAndThenByPreference) {
  const std::vector<std::pair<std::string_view, Encoding>> cases{
      {"gzip, deflate, br", Encoding::brotli},
      {"gzip, deflate", Encoding::gzip},
      {"br;q=0.5, gzip;q=0.8", Encoding::gzip},
      {"br;q=0.8, gzip;q=0.8", Encoding::brotli},
      {"gzip;q=0.001", Encoding::gzip},
      {"gzip;q=0", Encoding::identity},
      {"br;q=0, gzip;q=0, identity;q=0", Encoding::identity},
      {"GZIP ; Q=0.7", Encoding::gzip},
      {"x-gzip", Encoding::gzip},
      {"identity, gzip;q=0.5", Encoding::identity},
      {"identity;q=0.5, gzip;q=0.5", Encoding::gzip},
      {"identity;q=0, gzip;q=0.1", Encoding::gzip},
      {"*", Encoding::gzip},
      {"*;q=0", Encoding::identity},
      {"*, gzip;q=0", Encoding::identity},
      {"*;q=0.3, br;q=0.2", Encoding::gzip},
      {"deflate, compress", Encoding::identity},
      {"", Encoding::identity},
      {" , ,, gzip", Encoding::gzip},
      {"gzip;q=1.5", Encoding::identity},
      {"gzip;q=abc, br;q=0.1", Encoding::brotli},
      {"gzip;q=0.1234", Encoding::identity},
      {"gzip;q=1.000", Encoding::gzip},
      {"gzip;level=9", Encoding::identity},
      {"gzipped", Encoding::identity},
  };
  for (const auto& [value, encoding] : cases) EXPECT_EQ(accepted_of(value), encoding) << value;
  EXPECT_EQ(accepted({}), Encoding::identity);
}

TEST(AcceptEncoding, MayStandInSeveralLines) {
  EXPECT_EQ(accepted({{"accept-encoding", "gzip"}, {"ACCEPT-ENCODING", "br"}}), Encoding::brotli);
}

TEST(Compressible, IsTextOfAnyKind) {
  for (const std::string_view type :
       {"text/html", "TEXT/CSV; charset=utf-8", "application/json", "application/problem+json", "image/svg+xml",
        "application/x-ndjson ; profile=x", "text/event-stream", "application/vnd.api+json"}) {
    EXPECT_TRUE(is_compressible(type)) << type;
  }
  for (const std::string_view type : {"image/png", "application/pdf", "application/octet-stream", "video/mp4", "",
                                      "json", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}) {
    EXPECT_FALSE(is_compressible(type)) << type;
  }
}

class ChooseTest : public ::testing::Test {
 protected:
  Choice of() const { return choose(request, response, length); }
  Fields request{{"Accept-Encoding", "gzip"}};
  ResponseHead response{200, "OK", {{"Content-Type", "application/json"}}};
  std::optional<std::uint64_t> length = 5'000;
};

TEST_F(ChooseTest, EncodesALargeDocument) {
  EXPECT_EQ(of().encoding, Encoding::gzip);
  EXPECT_TRUE(of().varies);
}

TEST_F(ChooseTest, SaysThatItVariesAlsoToThoseWhoGetItPlain) {
  request.clear();
  EXPECT_EQ(of().encoding, Encoding::identity);
  EXPECT_TRUE(of().varies);
}

TEST_F(ChooseTest, EncodesAStreamOfUnknownLengthAndNothingSmall) {
  length.reset();
  EXPECT_EQ(of().encoding, Encoding::gzip);
  length = 1'024;
  EXPECT_EQ(of().encoding, Encoding::gzip);
  length = 1'023;
  EXPECT_EQ(of().encoding, Encoding::identity);
  EXPECT_FALSE(of().varies);
}

TEST_F(ChooseTest, EncodesServerSentEventsInGzipOrNotAtAll) {
  length.reset();
  response.fields[0].value = "text/event-stream; charset=utf-8";
  request[0].value = "gzip;q=0.5, br";
  EXPECT_EQ(of().encoding, Encoding::gzip);
  request[0].value = "br";
  EXPECT_EQ(of().encoding, Encoding::identity);
}

TEST_F(ChooseTest, LeavesPartsAndBodilessAnswersAlone) {
  for (const int status : {101, 204, 205, 206, 304}) {
    response.status = status;
    EXPECT_EQ(of().encoding, Encoding::identity) << status;
  }
  for (const int status : {200, 201, 404, 500}) {
    response.status = status;
    EXPECT_EQ(of().encoding, Encoding::gzip) << status;
  }
}

TEST_F(ChooseTest, LeavesAloneWhatMustStayAsItIs) {
  for (const Field& field : std::vector<Field>{{"Content-Encoding", "br"},
                                               {"Content-Range", "bytes 0-4/5"},
                                               {"Set-Cookie", "a=b"},
                                               {"Cache-Control", "private, No-Transform"},
                                               {"Cache-Control", "no-store"}}) {
    response.fields.push_back(field);
    EXPECT_EQ(of().encoding, Encoding::identity) << field.name;
    EXPECT_FALSE(of().varies) << field.name;
    response.fields.pop_back();
  }
  response.fields.push_back({"Content-Encoding", "identity"});
  EXPECT_EQ(of().encoding, Encoding::gzip);
  request.push_back({"Cache-Control", "no-transform"});
  EXPECT_EQ(of().encoding, Encoding::identity);
}

TEST(EntityTags, GetASuffixWhenTheyAreStrong) {
  EXPECT_EQ(tag_for("\"v1\"", Encoding::gzip), "\"v1~gzip\"");
  EXPECT_EQ(tag_for("\"v1\"", Encoding::brotli), "\"v1~br\"");
  EXPECT_EQ(tag_for("\"\"", Encoding::brotli), "\"~br\"");
  EXPECT_EQ(tag_for("\"v1\"", Encoding::identity), "\"v1\"");
  EXPECT_EQ(tag_for("W/\"v1\"", Encoding::gzip), "W/\"v1\"");
  EXPECT_EQ(tag_for("v1", Encoding::gzip), "v1");
  EXPECT_EQ(tag_for("\"", Encoding::gzip), "\"");
}

TEST(EntityTags, LoseTheSuffixOnTheWayIn) {
  EXPECT_EQ(for_upstream("\"v1~gzip\""), "\"v1\"");
  EXPECT_EQ(for_upstream("\"v0\", \"v1~br\" , W/\"v2\", \"v3~gzip\""), "\"v0\", \"v1\" , W/\"v2\", \"v3\"");
  EXPECT_EQ(for_upstream("*"), std::nullopt);
  EXPECT_EQ(for_upstream("\"v1\""), std::nullopt);
  EXPECT_EQ(for_upstream("\"v1-gzip\""), std::nullopt) << "Apache's own";
  EXPECT_EQ(for_upstream("\"a~gzip-b\""), std::nullopt);
  for (const Encoding encoding : {Encoding::gzip, Encoding::brotli}) {
    EXPECT_EQ(for_upstream(tag_for("\"v1\"", encoding)), "\"v1\"");
    EXPECT_TRUE(names_encoded(tag_for("\"v1\"", encoding)));
  }
  EXPECT_FALSE(names_encoded("\"v1\""));
  EXPECT_FALSE(names_encoded("Tue, 24 Nov 2026 08:00:00 GMT"));
}

TEST(EntityTags, OfA304AreThoseOfTheRepresentationThatTheClientHas) {
  EXPECT_EQ(tag_of_not_modified("\"v1\"", "\"v1~gzip\""), "\"v1~gzip\"");
  EXPECT_EQ(tag_of_not_modified("\"v1\"", "\"v0\", \"v1\""), "\"v1\"");
  EXPECT_EQ(tag_of_not_modified("W/\"v1\"", "W/\"v1\""), "W/\"v1\"");
}

TEST(EncodedAnswer, DropsWhatIsTrueOfThePlainBytesOnly) {
  for (const std::string_view name : {"content-length", "Accept-Ranges", "Content-MD5", "Repr-Digest"}) {
    EXPECT_TRUE(drops(name)) << name;
  }
  for (const std::string_view name : {"Content-Type", "ETag", "Last-Modified", "Vary"})
    EXPECT_FALSE(drops(name)) << name;
}

}  // namespace
}  // namespace valion::gateway::encoding

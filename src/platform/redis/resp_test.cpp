#include "platform/redis/resp.hpp"

#include <gtest/gtest.h>

namespace valion::redis {
namespace {

TEST(Resp, WritesCommandsAsTheProtocolSays) {
  // The example of the Redis protocol specification.
  EXPECT_EQ(to_resp({"LLEN", "mylist"}), "*2\r\n$4\r\nLLEN\r\n$6\r\nmylist\r\n");
  EXPECT_EQ(to_resp({"SET", "", std::string("\0", 1)}), std::string("*3\r\n$3\r\nSET\r\n$0\r\n\r\n$1\r\n\0\r\n", 26));
}

TEST(Resp, ReadsRepliesByteByByte) {
  ReplyReader reader;
  const std::string bytes = "*2\r\n:7\r\n*1\r\n$3\r\nabc\r\n";
  for (const char byte : bytes.substr(0, bytes.size() - 1)) {
    reader.add({&byte, 1});
    ASSERT_FALSE(reader.next()->has_value());
  }
  reader.add("\n");
  const auto reply = reader.next();
  ASSERT_TRUE(reply->has_value());
  EXPECT_EQ((**reply)->elements[0].integer, 7);
  EXPECT_EQ((**reply)->elements[1].elements[0].text, "abc");
  EXPECT_FALSE(reader.next()->has_value());
}

TEST(Resp, MakesAnErrorInsideAnArrayTheErrorOfTheWhole) {
  ReplyReader reader;
  reader.add("*2\r\n+OK\r\n-WRONGTYPE no list\r\n+next\r\n");
  const auto first = reader.next();
  ASSERT_FALSE((*first)->has_value());
  EXPECT_EQ((**first).error().message, "Redis: WRONGTYPE no list");
  EXPECT_EQ((**reader.next())->text, "next");
}

TEST(Resp, AllocatesNothingForWhatIsOnlyAnnounced) {
  ReplyReader reader;
  reader.add("*1000000000\r\n*1000000000\r\n:1\r\n");  // sixteen gigabytes of pointers, twice
  const auto reply = reader.next();
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_FALSE(reply->has_value()) << "more may come";
}

TEST(Resp, ReadsNestedArraysOneAfterTheOther) {
  ReplyReader reader;
  reader.add("*4\r\n*2\r\n+a\r\n*1\r\n:1\r\n$-1\r\n*0\r\n*1\r\n+b\r\n*-1\r\n-ERR one\r\n+next\r\n");
  const auto first = reader.next();
  ASSERT_TRUE((*first)->has_value());
  const auto& elements = (**first)->elements;
  ASSERT_EQ(elements.size(), 4u);
  EXPECT_EQ(elements[0].elements[1].elements[0].integer, 1);
  EXPECT_EQ(elements[1].kind, Reply::Kind::nil);
  EXPECT_TRUE(elements[2].elements.empty());
  EXPECT_EQ(elements[3].elements[0].text, "b");
  EXPECT_EQ((**reader.next())->kind, Reply::Kind::nil);
  const auto error = reader.next();
  EXPECT_EQ((**error).error().message, "Redis: ERR one");
  EXPECT_EQ((**reader.next())->text, "next") << "an error is told once";
}

TEST(Resp, RecognisesWhatIsNotRedis) {
  for (const char* bytes : {"HTTP/1.1 400 Bad Request\r\n\r\n", "*99999999999999999999\r\n", "$-7\r\n",
                            "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"}) {
    ReplyReader reader;
    reader.add(bytes);
    const auto reply = reader.next();
    ASSERT_FALSE(reply) << bytes;
    EXPECT_EQ(reply.error().kind, ErrorKind::bad_gateway);
  }
}

}  // namespace
}  // namespace valion::redis

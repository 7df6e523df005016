// Limits, memory that moves, answers, and heads cut anywhere. What is taken and refused byte for byte:
// *_cases_test.cpp.
#include "services/api_gateway/message/scanner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "services/api_gateway/message/wire_cases.hpp"

namespace valion::gateway {
namespace {

using State = Scanned::State;

Scanned scan_request(const std::string& text, RequestHead& head, const HeadLimits& limits = {}) {
  RequestScanner scanner(limits);
  return scanner.scan(text, head);
}

std::string outcome(const std::string& text, const HeadLimits& limits) {
  const std::string bytes = cases::on_the_wire(text);
  cases::Connection whole(limits);
  cases::Connection byte_by_byte(limits);
  whole.arrive(bytes);
  for (const char& byte : bytes) byte_by_byte.arrive({&byte, 1});
  EXPECT_EQ(whole.outcome(), byte_by_byte.outcome());
  return whole.outcome();
}

TEST(RequestScanner, GivesViewsIntoTheBytes) {
  const std::string bytes = "GET /a/b?c=d HTTP/1.1\r\nHost: x:80\r\nAccept:  */* \r\n\r\nrest";
  RequestHead head;
  const Scanned scanned = scan_request(bytes, head);
  ASSERT_EQ(scanned.state, State::complete);
  EXPECT_EQ(bytes.substr(scanned.consumed), "rest");
  EXPECT_EQ(head.method, "GET");
  EXPECT_EQ(head.target, "/a/b?c=d");
  EXPECT_EQ(head.path, "/a/b");
  EXPECT_EQ(head.query, "c=d");
  EXPECT_EQ(head.host, "x:80");
  EXPECT_EQ(head.minor, 1);
  ASSERT_EQ(head.fields.size(), 2u);
  EXPECT_EQ(head.fields[1].name, "Accept");
  EXPECT_EQ(head.fields[1].value, "*/*");
  EXPECT_GE(head.path.data(), bytes.data());
  EXPECT_LT(head.path.data(), bytes.data() + bytes.size());
}

TEST(RequestScanner, FollowsBytesThatMove) {
  const std::string bytes = "GET http://b/a?c HTTP/1.1\r\nHost: x\r\nAccept: 1\r\nX: 2\r\n\r\n";
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    RequestScanner scanner{HeadLimits{}};
    RequestHead head;
    auto first = std::make_unique<std::string>(bytes.substr(0, cut));
    EXPECT_EQ(scanner.scan(*first, head).state, State::more);
    first.reset();
    ASSERT_EQ(scanner.scan(bytes, head).state, State::complete) << cut;
    EXPECT_EQ(head.method, "GET");
    EXPECT_EQ(head.target, "http://b/a?c");
    EXPECT_EQ(head.path, "/a");
    EXPECT_EQ(head.query, "c");
    EXPECT_EQ(head.host, "b");
    ASSERT_EQ(head.fields.size(), 3u);
    EXPECT_EQ(head.fields[0].value, "x");
    EXPECT_EQ(head.fields[2].name, "X");
  }
}

TEST(RequestScanner, AllocatesNothingForTheSecondHead) {
  const std::string bytes = "GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\nB: 2\r\n\r\n";
  RequestScanner scanner{HeadLimits{}};
  RequestHead head;
  ASSERT_EQ(scanner.scan(bytes, head).state, State::complete);
  const Field* const place = head.fields.data();
  ASSERT_EQ(scanner.scan(bytes, head).state, State::complete);
  EXPECT_EQ(head.fields.data(), place);
  EXPECT_EQ(head.fields.size(), 3u);
}

TEST(RequestScanner, KeepsItsLimitsToTheByte) {
  HeadLimits limits;
  limits.request_line = 20;
  limits.field_line = 12;
  limits.fields = 3;
  limits.bytes = 60;
  const std::string begin = "GET / HTTP/1.1|Host: a|";
  EXPECT_EQ(outcome("GET /234567 HTTP/1.1|Host: a||", limits), "GET /234567 HTTP/1.1|Host: a||");
  EXPECT_EQ(outcome("GET /2345678 HTTP/1.1|Host: a||", limits), "[414]");
  EXPECT_EQ(outcome(begin + "X: 456789012||", limits), begin + "X: 456789012||");
  EXPECT_EQ(outcome(begin + "X: 4567890123||", limits), "[431]");
  EXPECT_EQ(outcome(begin + "XXXXXXXXXXXXXXXXXXXX", limits), "[431]");
  EXPECT_EQ(outcome(begin + "A: 1|B: 2||", limits), begin + "A: 1|B: 2||");
  EXPECT_EQ(outcome(begin + "A: 1|B: 2|C: 3||", limits), "[431]");
  EXPECT_EQ(outcome(begin + "A: 456789012|B: 456789012|C: 4567", limits), "[431]") << "60 bytes and no end in sight";
  limits.request_line = 100;
  EXPECT_EQ(outcome("GET /" + std::string(70, 'a'), limits), "[414]");
}

TEST(RequestScanner, SaysWhetherAHeadHasBegun) {
  RequestScanner scanner{HeadLimits{}};
  RequestHead head;
  EXPECT_TRUE(scanner.fresh());
  EXPECT_EQ(scanner.scan("GET / HTTP/1.1\r\nHo", head).state, State::more);
  EXPECT_FALSE(scanner.fresh());
  EXPECT_EQ(scanner.scan("GET / HTTP/1.1\r\nHost: a\r\n\r\n", head).state, State::complete);
  EXPECT_TRUE(scanner.fresh());
}

struct Answer {
  std::string sent;  // `|` is CRLF
  int status;        // 502: refused
};

class ResponseHeads : public ::testing::TestWithParam<Answer> {};

TEST_P(ResponseHeads, AreReadAlikeHoweverTheyAreCut) {
  const std::string bytes = cases::on_the_wire(GetParam().sent);
  for (const std::size_t piece : {std::size_t{1}, bytes.size()}) {
    ResponseScanner scanner{HeadLimits{}};
    ResponseHead head;
    Scanned scanned;
    for (std::size_t end = piece; end <= bytes.size() && scanned.state == State::more; end += piece) {
      const std::string elsewhere = bytes.substr(0, end);
      scanned = scanner.scan(elsewhere, head);
    }
    EXPECT_EQ(scanned.state == State::complete ? head.status : scanned.refusal.status, GetParam().status);
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, ResponseHeads,
                         ::testing::Values(Answer{"HTTP/1.1 200 OK|A: b||", 200}, Answer{"HTTP/1.0 404 ||", 404},
                                           Answer{"HTTP/1.1 204||", 204}, Answer{"HTTP/1.1 100 Continue||", 100},
                                           Answer{"HTTP/1.1 200 caf\xC3\xA9||", 200}, Answer{"HTTP/1.1 99 Low||", 502},
                                           Answer{"HTTP/1.1 600 High||", 502}, Answer{"HTTP/1.1 2000 Long||", 502},
                                           Answer{"HTTP/1.1 2x0 OK||", 502}, Answer{"HTTP/1.1  200 OK||", 502},
                                           Answer{"HTTP/2.0 200 OK||", 502}, Answer{"HTTP/1.2 200 OK||", 502},
                                           Answer{"|HTTP/1.1 200 OK||", 502}, Answer{"HTTP/1.1 200 OK\nA: b||", 502},
                                           Answer{"HTTP/1.1 200 OK|A: b\n|", 502},
                                           Answer{"HTTP/1.1 200 OK|A : b||", 502},
                                           Answer{"HTTP/1.1 200 OK|A: b| c||", 502},
                                           Answer{"HTTP/1.1 200 O\x01K||", 502}, Answer{"ICY 200 OK||", 502},
                                           Answer{"HTTP/1.1\t200 OK||", 502}));

TEST(ResponseScanner, GivesViewsThatFollowTheBytes) {
  const std::string bytes = "HTTP/1.1 201 Made it\r\nA: 1\r\n\r\nbody";
  ResponseScanner scanner{HeadLimits{}};
  ResponseHead head;
  {
    const std::string begin = bytes.substr(0, 26);
    EXPECT_EQ(scanner.scan(begin, head).state, State::more);
  }
  const Scanned scanned = scanner.scan(bytes, head);
  ASSERT_EQ(scanned.state, State::complete);
  EXPECT_EQ(bytes.substr(scanned.consumed), "body");
  EXPECT_EQ(head.reason, "Made it");
  EXPECT_EQ(find(head.fields, "a"), "1");
}

TEST(Refusal, BecomesAnErrorOfItsKind) {
  EXPECT_EQ(to_error({400, "x"}).kind, ErrorKind::malformed);
  EXPECT_EQ(to_error({431, "x"}).kind, ErrorKind::too_large);
  EXPECT_EQ(to_error({502, "the status is not three digits"}).kind, ErrorKind::bad_gateway);
  EXPECT_EQ(to_error({502, "the status is not three digits"}).message, "the status is not three digits");
}

}  // namespace
}  // namespace valion::gateway

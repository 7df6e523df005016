// Whole heads as the gateway writes them.
#include "services/api_gateway/message/crossing.hpp"

#include <gtest/gtest.h>

#include "services/api_gateway/message/wire_cases.hpp"

namespace valion::gateway {
namespace {

// Scanned heads keep views into their text.
struct Request {
  explicit Request(const std::string& text) : bytes(cases::on_the_wire(text)) {
    RequestScanner scanner{HeadLimits{}};
    EXPECT_EQ(scanner.scan(bytes, head).state, Scanned::State::complete);
  }
  std::string bytes;
  RequestHead head;
};

struct Response {
  explicit Response(const std::string& text) : bytes(cases::on_the_wire(text)) {
    ResponseScanner scanner{HeadLimits{}};
    EXPECT_EQ(scanner.scan(bytes, head).state, Scanned::State::complete);
  }
  std::string bytes;
  ResponseHead head;
};

std::string towards_service(const RequestHead& head, const TowardsService& values) {
  std::string out;
  append_request(out, head, values);
  return cases::replaced(out, "\r\n", "|");
}

std::string towards_client(const ResponseHead& head, const TowardsClient& values) {
  std::string out;
  append_response(out, head, values);
  return cases::replaced(out, "\r\n", "|");
}

TEST(TowardsService, WritesEverythingAnew) {
  const Request request(
      "POST /api/v1/data?x HTTP/1.1|Host: front:8000|Content-Length: 3|Accept: */*|tracestate: v=1||");
  TowardsService values;
  values.target = "/data?x";
  values.host = "127.0.0.1:8001";
  values.authorization = "Bearer ours";
  values.request_id = "request-1";
  values.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  values.trace_state = true;
  values.client_address = "192.0.2.1";
  values.scheme = "https";
  values.user = "ana";
  values.tenant = "acme";
  values.roles = "appraiser, viewer";
  values.deadline = 1500;
  values.framing = {Framing::Kind::length, 3, true};
  values.extra = "X-Extra: 1\r\n";
  EXPECT_EQ(towards_service(request.head, values),
            "POST /data?x HTTP/1.1|Host: 127.0.0.1:8001|Content-Length: 3|Accept: */*|tracestate: v=1|"
            "X-Forwarded-For: 192.0.2.1|X-Real-IP: 192.0.2.1|X-Forwarded-Proto: https|X-Forwarded-Host: front:8000|"
            "Forwarded: proto=https;for=192.0.2.1;host=\"front:8000\"|Via: 1.1 valion|Authorization: Bearer ours|"
            "X-User-Id: ana|X-User-Roles: appraiser, viewer|X-Tenant-Id: acme|"
            "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01|X-Request-Id: request-1|"
            "X-Request-Deadline: 1500|X-Extra: 1||");
}

TEST(TowardsService, WritesAnIpv6AddressAsForwardedWantsIt) {
  const Request request("GET / HTTP/1.1|Host: [::1]:8000||");
  TowardsService values;
  values.target = "/";
  values.host = "b";
  values.client_address = "2001:db8::1";
  const std::string written = towards_service(request.head, values);
  EXPECT_NE(written.find("|X-Forwarded-For: 2001:db8::1|"), std::string::npos) << written;
  EXPECT_NE(written.find("|Forwarded: proto=http;for=\"[2001:db8::1]\";host=\"[::1]:8000\"|"), std::string::npos)
      << written;
}

TEST(TowardsService, LetsTheClientsCredentialsPassWhereNobodyIsAskedFor) {
  const Request request("GET / HTTP/1.1|Host: a|Authorization: Basic eDp5|X-Api-Key: k|X-User-Id: admin||");
  TowardsService values;
  values.target = "/";
  values.host = "a";
  values.client_credentials = true;
  EXPECT_EQ(towards_service(request.head, values),
            "GET / HTTP/1.1|Host: a|Authorization: Basic eDp5|X-Api-Key: k|X-Forwarded-Proto: http|X-Forwarded-Host: a|"
            "Forwarded: proto=http;host=\"a\"|Via: 1.1 valion||");
}

TEST(TowardsService, LeavesOutWhatAPartReplaces) {
  const Request request("GET / HTTP/1.1|Host: a|If-None-Match: \"1\"|ACCEPT-ENCODING: br|Accept: */*||");
  const std::array<std::string_view, 2> without{"if-none-match", "accept-encoding"};
  TowardsService values;
  values.target = "/";
  values.host = "a";
  values.without = without;
  values.extra = "If-None-Match: \"2\"\r\n";
  EXPECT_EQ(towards_service(request.head, values),
            "GET / HTTP/1.1|Host: a|Accept: */*|X-Forwarded-Proto: http|X-Forwarded-Host: a|"
            "Forwarded: proto=http;host=\"a\"|Via: 1.1 valion|If-None-Match: \"2\"||");
}

TEST(TowardsService, AppendsAndGrowsOnlyOnce) {
  const Request request("GET / HTTP/1.1|Host: a||");
  TowardsService values;
  values.target = "/";
  values.host = "a";
  std::string out = "before";
  append_request(out, request.head, values);
  EXPECT_TRUE(out.starts_with("beforeGET / HTTP/1.1\r\n"));
  const char* const place = out.data();
  out.clear();
  append_request(out, request.head, values);
  EXPECT_EQ(out.data(), place);
}

TEST(TowardsClient, WritesFramingAndIdsAnew) {
  const Response response(
      "HTTP/1.1 200 Fine|Content-Length: 9|Connection: close, X-Hop|X-Hop: 1|Keep-Alive: timeout=5|Transfer-Encoding: "
      "x|"
      "X-Request-Id: theirs|traceparent: theirs|Server-Timing: db;dur=1|ETag: \"a\"|Set-Cookie: a|Set-Cookie: b||");
  TowardsClient values;
  values.framing = {Framing::Kind::chunked, 0, true};
  values.request_id = "request-1";
  values.traceparent = "00-a-b-01";
  values.server_timing = "gateway;dur=0.2";
  values.date = "Tue, 24 Nov 2026 08:26:40 GMT";
  values.extra = "Cache-Status: valion; fwd=miss\r\n";
  EXPECT_EQ(
      towards_client(response.head, values),
      "HTTP/1.1 200 Fine|Server-Timing: db;dur=1|ETag: \"a\"|Set-Cookie: a|Set-Cookie: b|Transfer-Encoding: chunked|"
      "Date: Tue, 24 Nov 2026 08:26:40 GMT|Via: 1.1 valion|X-Request-Id: request-1|traceparent: 00-a-b-01|"
      "Server-Timing: gateway;dur=0.2|Cache-Status: valion; fwd=miss||");
}

TEST(TowardsClient, KeepsTheLengthThatAnswersWithoutBodyTell) {
  const Response response("HTTP/1.1 200 OK|Content-Length: 9|Date: x||");
  EXPECT_EQ(towards_client(response.head, {}), "HTTP/1.1 200 OK|Content-Length: 9|Date: x|Via: 1.1 valion||");
  const Response unchanged("HTTP/1.0 304 Not Modified|Content-Length: 9||");
  EXPECT_EQ(towards_client(unchanged.head, {}), "HTTP/1.1 304 Not Modified|Content-Length: 9|Via: 1.0 valion||");
  const Response empty("HTTP/1.1 204 No Content|Content-Length: 0||");
  EXPECT_EQ(towards_client(empty.head, {}), "HTTP/1.1 204 No Content|Via: 1.1 valion||");
}

TEST(TowardsClient, TellsWhetherTheConnectionLivesOn) {
  const Response response("HTTP/1.1 200 OK||");
  TowardsClient values;
  values.framing = {Framing::Kind::length, 0, true};
  values.minor = 0;
  EXPECT_EQ(towards_client(response.head, values),
            "HTTP/1.1 200 OK|Content-Length: 0|Connection: keep-alive|Via: 1.1 valion||");
  values.framing = {Framing::Kind::until_close, 0, false};
  EXPECT_EQ(towards_client(response.head, values), "HTTP/1.1 200 OK|Connection: close|Via: 1.1 valion||");
}

TEST(TowardsClient, HandsAWebSocketOver) {
  const Response response(
      "HTTP/1.1 101 Switching Protocols|Connection: Upgrade|Upgrade: websocket|Sec-WebSocket-Accept: eA==||");
  TowardsClient values;
  values.framing.keep_alive = false;
  values.websocket = true;
  EXPECT_EQ(towards_client(response.head, values),
            "HTTP/1.1 101 Switching Protocols|Sec-WebSocket-Accept: eA==|Connection: Upgrade|Upgrade: websocket|"
            "Via: 1.1 valion||");
}

TEST(TowardsClient, AddsSecurityFieldsThatTheServiceHasNotSet) {
  const SecurityFields plain({}, false);
  const SecurityFields tls({}, true);
  TowardsClient values;
  values.security = &plain;
  EXPECT_EQ(towards_client(Response("HTTP/1.1 200 OK||").head, values),
            "HTTP/1.1 200 OK|Via: 1.1 valion|X-Content-Type-Options: nosniff|Referrer-Policy: no-referrer|"
            "X-Frame-Options: DENY|Content-Security-Policy: frame-ancestors 'none'|"
            "Cross-Origin-Resource-Policy: same-origin||");
  values.security = &tls;
  EXPECT_EQ(
      towards_client(Response("HTTP/1.1 200 OK|x-frame-options: SAMEORIGIN|Content-Security-Policy: x||").head, values),
      "HTTP/1.1 200 OK|x-frame-options: SAMEORIGIN|Content-Security-Policy: x|Via: 1.1 valion|"
      "X-Content-Type-Options: nosniff|Referrer-Policy: no-referrer|Cross-Origin-Resource-Policy: same-origin|"
      "Strict-Transport-Security: max-age=31536000; includeSubDomains||");
}

TEST(TowardsClient, SendsNoSecurityFieldThatIsSwitchedOff) {
  SecuritySettings settings;
  settings.frame_options.clear();
  settings.content_security_policy.clear();
  EXPECT_EQ(SecurityFields(settings, false).all(),
            "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nCross-Origin-Resource-Policy: "
            "same-origin\r\n");
}

TEST(TowardsClient, AnswersForCrossOriginRequestsAlone) {
  const Response response("HTTP/1.1 200 OK|Access-Control-Allow-Origin: *|access-control-max-age: 9|Vary: Accept||");
  TowardsClient values;
  values.without_access_control = true;
  values.extra = "Vary: Origin\r\n";
  EXPECT_EQ(towards_client(response.head, values), "HTTP/1.1 200 OK|Vary: Accept|Via: 1.1 valion|Vary: Origin||");
}

}  // namespace
}  // namespace valion::gateway

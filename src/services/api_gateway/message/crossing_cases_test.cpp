// Fields by which a client could claim, hide or reach what it must not: what crosses. `|` is CRLF; see wire_cases.hpp.
#include "services/api_gateway/message/wire_cases.hpp"

namespace valion::gateway {
namespace {

using cases::Case;

// A GET with these fields that come to those.
Case get(std::string name, const std::string& fields, const std::string& crossing = "") {
  const std::string begin = "GET / HTTP/1.1|Host: a|";
  return {std::move(name), begin + fields + "||", begin + (crossing.empty() ? "" : crossing + "|") + "|"};
}

const std::vector<Case> kClaims{
    get("X-Forwarded-For", "X-Forwarded-For: 127.0.0.1"),
    get("X-Forwarded-Host", "x-forwarded-host: evil"),
    get("X-Forwarded-Proto", "X-FORWARDED-PROTO: https"),
    get("X-Forwarded with any end", "X-Forwarded-Prefix: /admin|X-Forwarded: for=127.0.0.1"),
    get("X_Forwarded_For with underscores", "X_Forwarded_For: 127.0.0.1|X_FORWARDED-FOR: 127.0.0.1"),
    get("X.Forwarded.For with dots", "X.Forwarded.For: 127.0.0.1"),
    get("Forwarded", "Forwarded: for=127.0.0.1;by=\"[::1]\""),
    get("X-Real-IP", "X-Real-IP: 127.0.0.1|X_Real_IP: 127.0.0.1"),
    get("other addresses", "True-Client-IP: 127.0.0.1|X-Client-IP: 127.0.0.1|X-Cluster-Client-Ip: 127.0.0.1"),
    get("X-User-Id", "X-User-Id: admin|X-User-Roles: admin|x-user-anything: 1"),
    get("X_User_Id with underscores", "X_User_Id: admin|X_USER_ROLES: admin"),
    get("X-User alone", "X-User: admin|X-Remote-User: admin|Remote-User: admin|Remote_User: admin"),
    get("X-Tenant-Id", "X-Tenant-Id: acme|X_Tenant_Id: acme|X~Tenant~Id: acme"),
    get("name that only resembles a claim", "Y-User-Id: 1|XUser: 2|X-Use: 3", "Y-User-Id: 1|XUser: 2|X-Use: 3"),
    get("Authorization is the gateway's to read", "Authorization: Bearer client|X-Api-Key: k"),
    get("Authorization with an underscore in the key's name", "X_Api_Key: k|x.api.key: k"),
    get("deadline of our own", "X-Request-Deadline: 999999|X_Request_Deadline: 9"),
    get("ids are written anew", "X-Request-Id: abcdefgh|traceparent: 00|tracestate: a=b"),
    get("method that would change after the route was chosen", "X-HTTP-Method-Override: DELETE|X-HTTP-Method: PUT"),
    get("method by another name", "X-Method-Override: DELETE|X_HTTP_Method_Override: DELETE"),
    get("path that would change after the route was chosen", "X-Original-URL: /admin|X-Rewrite-URL: /admin"),
    get("httpoxy", "Proxy: http://evil/"),
};

const std::vector<Case> kConnections{
    get("keep-alive", "Connection: keep-alive|Keep-Alive: timeout=5"),
    get("close", "Connection: close"),
    get("Proxy-Connection", "Proxy-Connection: keep-alive"),
    get("Proxy-Authorization", "Proxy-Authorization: Basic eDp5"),
    get("TE and Trailer", "TE: trailers|Trailer: X"),
    get("named field", "Connection: x-a|X-A: 1|X-B: 2", "X-B: 2"),
    get("named fields in a list with odd commas", "Connection: close,, X-A ,\tx-b,|X-A: 1|X-B: 2|X-C: 3", "X-C: 3"),
    get("named in the second Connection", "Connection: close|X-A: 1|connection: X-A|X-B: 2", "X-B: 2"),
    get("named before it comes", "X-A: 1|Connection: X-A"),
    get("Connection names Host", "Connection: host|X: 1", "X: 1"),
    get("Connection names what we add", "Connection: X-Forwarded-For, Forwarded, Via, Authorization|Authorization: x"),
    get("Connection names a cookie", "Connection: cookie|Cookie: a=b"),
    get("received Via stays", "Via: 1.0 first", "Via: 1.0 first"),
    get("upgrade to h2c is not taken",
        "Connection: Upgrade, HTTP2-Settings|Upgrade: h2c|HTTP2-Settings: AAMAAABkAAQAAP__"),
    get("upgrade without Connection", "Upgrade: websocket|Sec-WebSocket-Key: eA==", "Sec-WebSocket-Key: eA=="),
    get("upgrade without a key", "Connection: Upgrade|Upgrade: websocket"),
    {"upgrade to a WebSocket",
     "GET /s HTTP/1.1|Host: a|Connection: keep-alive, Upgrade|Upgrade: WebSocket|Sec-WebSocket-Key: eA==||",
     "GET /s HTTP/1.1|Host: a|Connection: Upgrade|Upgrade: websocket|Sec-WebSocket-Key: eA==||"},
    {"upgrade by POST is not taken",
     "POST /s HTTP/1.1|Host: a|Connection: Upgrade|Upgrade: websocket|Sec-WebSocket-Key: eA==||",
     "POST /s HTTP/1.1|Host: a|Sec-WebSocket-Key: eA==||"},
    {"upgrade with a body is not taken",
     "GET /s HTTP/1.1|Host: a|Content-Length: 1|Connection: Upgrade|Upgrade: websocket|Sec-WebSocket-Key: eA==||x",
     "GET /s HTTP/1.1|Host: a|Content-Length: 1|Sec-WebSocket-Key: eA==||x"},
    {"upgrade in HTTP/1.0 is not taken",
     "GET /s HTTP/1.0|Host: a|Connection: Upgrade|Upgrade: websocket|Sec-WebSocket-Key: eA==||",
     "GET /s HTTP/1.1|Host: a|Sec-WebSocket-Key: eA==||"},
    get("what is the client's own business",
        "Accept: */*|Cookie: a=b|Prefer: wait=5|Range: bytes=0-1|If-None-Match: \"x\"",
        "Accept: */*|Cookie: a=b|Prefer: wait=5|Range: bytes=0-1|If-None-Match: \"x\""),
};

class CrossingCase : public ::testing::TestWithParam<Case> {};

TEST_P(CrossingCase, ComesTo) { cases::expect_outcome(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Claims, CrossingCase, ::testing::ValuesIn(kClaims), cases::name_of);
INSTANTIATE_TEST_SUITE_P(Connections, CrossingCase, ::testing::ValuesIn(kConnections), cases::name_of);

}  // namespace
}  // namespace valion::gateway

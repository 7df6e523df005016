// The route table as people write it: what is taken, what is refused and how, and that nothing hostile does harm.
#include "services/api_gateway/routing/table_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "services/api_gateway/routing/nearest_word.hpp"

namespace valion::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<std::vector<Route>> parse(const std::string& text, TableRules rules = {}) {
  return parse_routes(text, "routes.yaml", rules);
}

// The fields of one good route, and more below it.
std::string with(const std::string& fields) {
  return "routes:\n  - name: a\n    prefix: /a\n    service: some_service\n" + fields;
}

Route only(const std::string& text, TableRules rules = {}) {
  const auto routes = parse(text, rules);
  if (!routes) throw std::invalid_argument(routes.error().message + routes.error().violations.at(0).message);
  if (routes->size() != 1) throw std::invalid_argument("not one route");
  return routes->front();
}

TEST(TableFile, ARouteHasAllItsRules) {
  const Route route = only(R"(
routes:
  - name: ml-train
    prefix: /api/v1/ml/models
    exact: true
    methods: [POST, PURGE]
    service: ml_service
    replacement: /ml/models
    timeout: 300s
    auth: required
    roles: [appraiser, admin]
    rate_limit: {user: 20/min, key: 1000/h, service: off}
    cache: {ttl: 1h, authorised: true}
    body_limit: 1MiB
)");
  EXPECT_EQ(route.name, "ml-train");
  EXPECT_EQ(route.prefix, "/api/v1/ml/models");
  EXPECT_TRUE(route.exact);
  EXPECT_THAT(route.methods, ElementsAre("POST", "PURGE"));
  EXPECT_EQ(route.service, "ml_service");
  EXPECT_TRUE(route.upstreams.empty());
  EXPECT_EQ(route.replacement, "/ml/models");
  EXPECT_EQ(route.timeout, 300s);
  EXPECT_TRUE(route.authenticated);
  EXPECT_THAT(route.roles, ElementsAre("appraiser", "admin"));
  EXPECT_EQ(route.limit, (RateLimit{20, 60s}));
  EXPECT_EQ(route.key_limit, (RateLimit{1000, 1h}));
  EXPECT_EQ(route.service_limit, std::nullopt);
  EXPECT_TRUE(route.caches);
  EXPECT_TRUE(route.caches_authorised);
  EXPECT_EQ(route.cache_ttl, 1h);
  EXPECT_EQ(route.body_limit, 1u << 20);
}

TEST(TableFile, WhatIsLeftOutHasADefault) {
  const Route route = only("routes: [{name: all, prefix: /, upstreams: http://127.0.0.1:9000}]");
  EXPECT_THAT(route.upstreams, ElementsAre(FixedUpstream{"127.0.0.1", 9000}));
  EXPECT_EQ(route.replacement, "");
  EXPECT_EQ(route.timeout, 60s);
  EXPECT_TRUE(route.authenticated);
  EXPECT_TRUE(route.roles.empty() && route.methods.empty());
  EXPECT_EQ(route.limit, std::nullopt);
  EXPECT_FALSE(route.caches || route.caches_authorised || route.exact);
  EXPECT_EQ(route.body_limit, 16u << 20);
}

TEST(TableFile, FieldsHaveShortForms) {
  EXPECT_EQ(only(with("    rate_limit: 50/min\n")).limit, (RateLimit{50, 60s}));
  EXPECT_EQ(only(with("    rate_limit: 0\n")).limit, std::nullopt);
  EXPECT_EQ(only(with("    rate_limit: off\n")).limit, std::nullopt);
  EXPECT_THAT(only(with("    methods: GET\n")).methods, ElementsAre("GET"));
  EXPECT_TRUE(only(with("    cache: on\n")).caches);
  EXPECT_FALSE(only(with("    cache: off\n")).caches);
  EXPECT_EQ(only(with("    cache: 90s\n")).cache_ttl, 90s);
  EXPECT_TRUE(only(with("    cache: {}\n")).caches);
  EXPECT_EQ(only(with("    strip: true\n")).replacement, "");
  EXPECT_EQ(only(with("    strip: false\n")).replacement, "/a");
  EXPECT_EQ(only(with("    replacement: /\n")).replacement, "");
  EXPECT_EQ(only(with("    body_limit: upload\n"), {true, 1000}).body_limit, 1000 + (2u << 20));
}

TEST(TableFile, AnAliasIsTheSameRouteUnderAnotherPrefix) {
  const auto routes = parse(
      "routes:\n  - {name: data, prefix: /api/data, aliases: [/data, /d], replacement: /inner, "
      "service: x, rate_limit: 5/s}\n");
  ASSERT_TRUE(routes);
  ASSERT_EQ(routes->size(), 3u);
  for (const Route& route : *routes) {
    EXPECT_EQ(route.name, "data");
    EXPECT_EQ(route.replacement, "/inner");
    EXPECT_EQ(route.limit, (RateLimit{5, 1s}));
  }
  EXPECT_EQ((*routes)[2].prefix, "/d");
  const auto plain = parse("routes: [{name: x, prefix: /api/x, aliases: /x, service: x}]");
  ASSERT_TRUE(plain);
  EXPECT_EQ((*plain)[1].replacement, "/api/x") << "passed on as the route itself is";
}

TEST(TableFile, WithoutIdentityEveryRouteIsOpen) {
  TableRules rules;
  rules.identity = false;
  EXPECT_FALSE(only(with(""), rules).authenticated);
  const auto routes = parse(with("    auth: required\n"), rules);
  ASSERT_FALSE(routes);
  EXPECT_THAT(routes.error().violations[0].message, HasSubstr("gateway.identity is off"));
}

TEST(TableFile, EveryMistakeIsNamedAtOnceWithItsLineAndWhatToDo) {
  const auto routes = parse(R"(routes:
  - name: Data
    prefix: api
    methods: [get, GET]
    servce: data_processing
    timeout: 30
    rate_limit: 50 per minute
  - name: b
    prefix: /b/
    service: x
    upstreams: ["https://example.org"]
colour: red
)");
  ASSERT_FALSE(routes);
  EXPECT_EQ(routes.error().kind, ErrorKind::invalid);
  std::vector<std::string> said;
  for (const Violation& violation : routes.error().violations)
    said.push_back(violation.pointer + " " + violation.message);
  EXPECT_THAT(said,
              ElementsAre(HasSubstr("/colour is not known here; known are routes (routes.yaml:12)"),
                          HasSubstr("/routes/0/servce is not known here; did you mean service? (routes.yaml:5)"),
                          HasSubstr("/routes/0/name wants up to 64 of a-z, 0-9, -, _ and ., a letter or digit first "
                                    "(routes.yaml:2)"),
                          HasSubstr("/routes/0/prefix wants a path"),
                          HasSubstr("/routes/0/methods/0 wants capitals; write GET"),
                          HasSubstr("/routes/0/timeout wants a time"), HasSubstr("(routes.yaml:7)"),
                          HasSubstr("/routes/0 says nobody who answers"), HasSubstr("/routes/1/prefix ends with /"),
                          HasSubstr("TLS"), HasSubstr("/routes/1/upstreams stands beside `service`")));
  EXPECT_EQ(routes.error().violations[5].value, "30");
}

TEST(TableFile, NothingIsGuessed) {
  const std::vector<std::pair<std::string, std::string>> mistakes{
      {"", "map with `routes:`"},
      {"routes:\n", "at least one route"},
      {"routes: []\n", "at least one route"},
      {"routes: {}\n", "at least one route"},
      {"other: 1\n", "at least one route"},
      {"[]", "map with `routes:`"},
      {"routes: [5]\n", "is not a route"},
      {"routes: [{prefix: /a, service: x}]\n", "has no name"},
      {"routes: [{name: a, service: x}]\n", "has no prefix"},
      {with("    name: b\n"), "stands twice, first in line 2"},
      {with("    exact: yes\n"), "true or false"},
      {with("    exact:\n"), "not nothing"},
      {with("    timeout: 0s\n"), "1ms to 1h"},
      {with("    timeout: 2h\n"), "1ms to 1h"},
      {with("    timeout: [1s]\n"), "not a list"},
      {with("    methods: []\n"), "leave it out"},
      {with("    methods: [GET, GET]\n"), "stands twice"},
      {with("    methods: [CONNECT]\n"), "is not relayed"},
      {with("    methods: ['G T']\n"), "in capitals"},
      {with("    strip: true\n    replacement: /b\n"), "one of them"},
      {with("    replacement: b\n"), "whole segments"},
      {with("    auth: maybe\n"), "off or required"},
      {with("    auth: off\n    roles: [admin]\n"), "anybody may come"},
      {with("    auth: off\n    rate_limit: {key: 5/s}\n"), "no caller is known"},
      {with("    auth: off\n    cache: {authorised: true}\n"), "no caller is known"},
      {with("    rate_limit: {users: 5/s}\n"), "did you mean user?"},
      {with("    cache: {ttl: 1ms}\n"), "whole seconds"},
      {with("    cache: maybe\n"), "whole seconds"},
      {with("    body_limit: 5 MiB\n"), "16MiB"},
      {"routes: [{name: a, prefix: /a, upstreams: []}]", "leave it out"},
      {with("    aliases: [b]\n"), "a path of whole segments"},
      {"routes: [{name: a, prefix: /a, service: api_gateway, strip: true}]", "answers itself"},
      {"routes: [{name: a, prefix: /a, upstreams: [http://h:1, 'http://h:1/']}]", "same server"},
      {"routes:\n - {name: a, prefix: /a, service: x}\n - {name: a, prefix: /b, service: x}\n", "in line 2 too"},
      {"routes:\n - {name: a, prefix: /a, service: x}\n - {name: b, prefix: /a, methods: [GET], service: x}\n",
       "never be reached"},
      {"routes:\n - {name: a, prefix: /a, aliases: [/b], service: x}\n - {name: b, prefix: /b, service: x}\n",
       "never be reached"},
      {"routes: [{name: a, prefix: /a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q, service: x}]", "more than 16 segments"}};
  for (const auto& [text, why] : mistakes) {
    const auto routes = parse(text);
    ASSERT_FALSE(routes) << text;
    const Error& error = routes.error();
    const bool has_violation = !error.violations.empty();
    EXPECT_LE(error.violation_total, 2) << text << error.violations[0].message;
    EXPECT_THAT(error.message + (has_violation ? error.violations.back().message : ""), HasSubstr(why)) << text;
  }
}

TEST(TableFile, RoutesOfOnePrefixMayShareItByMethodAndExactness) {
  EXPECT_TRUE(
      parse("routes:\n - {name: a, prefix: /a, methods: [GET], service: x}\n - {name: b, prefix: /a, service: x}\n"
            " - {name: c, prefix: /a, exact: true, service: x}\n"));
}

TEST(TableFile, BesideSettingsOnlyTheRoutesAreLookedAt) {
  TableRules rules;
  rules.beside_settings = true;
  EXPECT_TRUE(parse("address: 127.0.0.1\nlog: {level: debug}\n" + with(""), rules));
  EXPECT_FALSE(parse("address: 127.0.0.1\n" + with("")));
  EXPECT_FALSE(parse(with("") + with(""), rules)) << "routes: twice";
}

TEST(TableFile, HostileYamlIsRefusedWithoutHarm) {
  std::string bomb = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 40; ++i) {
    const std::string inner = "*a" + std::to_string(i - 1), name = "a" + std::to_string(i);
    bomb += name + ": &" + name + " [" + inner + ", " + inner + "]\n";
  }
  std::string many = "routes:\n";
  for (int i = 0; i < 3000; ++i)
    many += " - {name: r" + std::to_string(i) + ", prefix: /r" + std::to_string(i) + ", service: x}\n";
  std::string wide = "routes: [";
  for (int i = 0; i < 120'000; ++i) wide += "1,";
  const std::vector<std::pair<std::string, std::string>> texts{{bomb, "alias"},
                                                               {"routes: &r\n  - *r\n", "alias"},
                                                               {"routes:\n  - <<: {name: a}\n", "merge key"},
                                                               {"routes: !!python/object:os.system [x]\n", "tag"},
                                                               {"routes:\n  - name: !secret a\n", "tag"},
                                                               {"? [a]\n: b\n", "key that is not text"},
                                                               {"? {a: b}\n: b\n", "key that is not text"},
                                                               {"~: b\n", "key that is not text"},
                                                               {std::string(200'000, '['), ""},
                                                               {"routes: [[[[[[[[[1]]]]]]]]]", "deeper than 8"},
                                                               {std::string(200'000, '{'), ""},
                                                               {std::string(2 << 20, '#'), "1 MiB"},
                                                               {std::string("routes:\0", 8), "not text"},
                                                               {"a: 1\n---\nb: 2\n", "more than one"},
                                                               {",# x\nh", "more than one"},
                                                               {"a: [1", ""},
                                                               {"\tx: y", ""},
                                                               {"\xFF\xFE\xFF", ""},
                                                               {many, "more than 2000"},
                                                               {wide + "]", "more than 100000"}};
  for (const auto& [text, why] : texts) {
    const auto routes = parse(text);
    ASSERT_FALSE(routes) << text.substr(0, 60);
    const Error& error = routes.error();
    EXPECT_THAT(error.message + (error.violations.empty() ? "" : error.violations.back().message), HasSubstr(why))
        << text.substr(0, 60);
  }
}

TEST(TableFile, NamesTheLineOfWhatIsNotYaml) {
  const auto routes = parse("routes:\n  - name: a\n   prefix: /a\n");
  ASSERT_FALSE(routes);
  EXPECT_EQ(routes.error().kind, ErrorKind::malformed);
  EXPECT_THAT(routes.error().message, HasSubstr("routes.yaml:"));
}

TEST(TableFile, ReadsBackWhatItWrites) {
  for (const std::string& text :
       {std::string(default_routes_yaml()), with("    strip: true\n    methods: [GET, X-Y]\n    cache: 1h\n"),
        std::string("routes: [{name: '1', prefix: /, upstreams: ['http://[::1]:81', http://h], aliases: [/x]}]")}) {
    const auto routes = parse(text);
    ASSERT_TRUE(routes) << text;
    const auto again = parse(routes_to_yaml(*routes));
    ASSERT_TRUE(again) << routes_to_yaml(*routes) << again.error().message << again.error().violations[0].message;
    EXPECT_EQ(*again, *routes) << routes_to_yaml(*routes);
  }
}

// The message lists what is known, and the guide must say what each of it means.
TEST(TableFile, TheGuideHasEveryField) {
  const auto routes = parse(with("    qqqqqqqqqq: 1\n"));
  ASSERT_FALSE(routes);
  const std::string& message = routes.error().violations[0].message;
  std::ifstream input(std::string(VALION_SOURCE_DIR) + "/docs/gateway.md");
  const std::string guide{std::istreambuf_iterator<char>(input), {}};
  const std::string_view mark = "known are ";
  std::istringstream words(message.substr(message.find(mark) + mark.size(), message.rfind(" (") - message.find(mark)));
  int fields = 0;
  for (std::string word; words >> word; ++fields) {
    if (word.starts_with("(")) break;
    if (word.ends_with(",")) word.pop_back();
    EXPECT_THAT(guide, HasSubstr("| `" + word + "` |")) << word;
  }
  EXPECT_GE(fields, 15);
}

TEST(TableFile, AFileThatCannotBeReadIsNamed) {
  EXPECT_THAT(read_routes_file("/nowhere/routes.yaml").error().message, HasSubstr("there is no such file"));
  EXPECT_THAT(read_routes_file("/tmp").error().message, HasSubstr("it is a folder"));
}

struct Expected {
  std::string method, path, name, target;
  std::int64_t timeout_s = 0;
  std::uint32_t per_minute = 0;  // 0: not counted
};

TEST(DefaultTable, GivesEveryRequestItsRules) {
  const RouteTable table(*parse(std::string(default_routes_yaml())));
  const std::vector<Expected> cases{
      {"POST", "/api/v1/data/datasets", "data", "/data/datasets", 60, 50},
      {"GET", "/data/versions/x", "data", "/data/versions/x", 60, 50},
      {"POST", "/api/v1/ml/models", "ml-train", "/ml/models", 300, 20},
      {"POST", "/ml/models", "ml-train", "/ml/models", 300, 20},
      {"GET", "/api/v1/ml/models", "ml", "/ml/models", 300, 600},
      {"POST", "/api/v1/ml/models/x/valuations", "ml", "/ml/models/x/valuations", 300, 600},
      {"POST", "/api/v1/geospatial/locate", "geospatial", "/geospatial/locate", 30, 100},
      {"POST", "/api/v1/reports", "reports", "/reports", 60, 30},
      {"GET", "/api/v1/registry/catalog/services", "registry", "/v1/catalog/services", 630, 600},
      {"GET", "/api/v1/jobs/17/events", "jobs", "/api/v1/jobs/17/events", 60, 0},
      {"POST", "/api/v1/auth/token", "auth", "/api/v1/auth/token", 60, 600},
      {"GET", "/", "own", "/", 60, 0},
      {"GET", "/openapi.json", "own", "/openapi.json", 60, 0},
      {"GET", "/nothing/here", "own", "/nothing/here", 60, 0}};
  for (const Expected& expected : cases) {
    const RouteMatch match = table.match(expected.method, expected.path);
    ASSERT_TRUE(match) << expected.path;
    EXPECT_EQ(match.route->name, expected.name) << expected.path;
    EXPECT_EQ(table.target_for(*match.route, expected.path).text(), expected.target);
    EXPECT_EQ(match.route->timeout, std::chrono::seconds(expected.timeout_s)) << expected.path;
    EXPECT_EQ(match.route->limit ? match.route->limit->requests : 0, expected.per_minute) << expected.path;
  }
  const Route& geospatial = *table.match("GET", "/geospatial/x").route;
  EXPECT_TRUE(geospatial.caches && geospatial.caches_authorised);
  EXPECT_EQ(geospatial.cache_ttl, 3600s);
  EXPECT_EQ(table.match("POST", "/data/datasets").route->body_limit, (256u << 20) + (2u << 20));
}

TEST(NearestWord, IsWhatSomebodyMeant) {
  constexpr std::string_view kWords[] = {"service", "upstreams", "timeout", "strip"};
  EXPECT_EQ(nearest_word("servce", kWords), "service");
  EXPECT_EQ(nearest_word("upstream", kWords), "upstreams");
  EXPECT_EQ(nearest_word("Timeout", kWords), "timeout");
  EXPECT_EQ(nearest_word("colour", kWords), "");
  EXPECT_EQ(nearest_word("", kWords), "");
  EXPECT_EQ(nearest_word(std::string(1000, 's'), kWords), "");
}

}  // namespace
}  // namespace valion::gateway

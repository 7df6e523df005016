// Which route takes a request, what it is asked for behind, and which paths are not looked up at all.
#include "services/api_gateway/routing/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "services/api_gateway/routing/path.hpp"

namespace valion::gateway {
namespace {

using ::testing::HasSubstr;

Route route(std::string name, std::string prefix, std::vector<std::string> methods = {}) {
  Route made;
  made.name = std::move(name);
  made.prefix = prefix;
  made.replacement = prefix;
  made.methods = std::move(methods);
  made.service = "some_service";
  return made;
}

Route exactly(Route route) {
  route.exact = true;
  return route;
}

Route replaced(Route route, std::string replacement, std::string service = "some_service") {
  route.replacement = std::move(replacement);
  route.service = std::move(service);
  return route;
}

std::string taken_by(const RouteTable& table, std::string_view method, std::string_view path) {
  const RouteMatch match = table.match(method, path);
  if (match) return match.route->name;
  return match.path_known ? "405 " + table.allowed(path) : "404";
}

TEST(RouteTable, TheLongestPrefixOfWholeSegmentsTakesARequest) {
  const RouteTable table({route("api", "/api"), route("data", "/api/v1/data"), route("deep", "/api/v1/data/versions")});
  EXPECT_EQ(taken_by(table, "GET", "/api"), "api");
  EXPECT_EQ(taken_by(table, "GET", "/api/"), "api");
  EXPECT_EQ(taken_by(table, "GET", "/api/v1/datasets"), "api") << "no whole segment";
  EXPECT_EQ(taken_by(table, "GET", "/api/v1/data"), "data");
  EXPECT_EQ(taken_by(table, "GET", "/api/v1/data/x"), "data");
  EXPECT_EQ(taken_by(table, "PURGE", "/api/v1/data/versions/x/y"), "deep");
  EXPECT_EQ(taken_by(table, "GET", "/apix"), "404");
  EXPECT_EQ(taken_by(table, "GET", "/"), "404");
  EXPECT_EQ(taken_by(table, "GET", "/Api"), "404") << "case counts";
  EXPECT_EQ(taken_by(table, "OPTIONS", "*"), "404");
  EXPECT_EQ(taken_by(table, "GET", ""), "404");
}

TEST(RouteTable, ASlashTakesAll) {
  const RouteTable table({route("all", "/"), route("a", "/a")});
  EXPECT_EQ(taken_by(table, "GET", "/"), "all");
  EXPECT_EQ(taken_by(table, "GET", "/b/c"), "all");
  EXPECT_EQ(taken_by(table, "GET", "/a"), "a");
}

TEST(RouteTable, ARouteThatDoesNotTakeTheMethodLeavesItToAShorterOne) {
  const RouteTable table({route("ml", "/ml", {"GET", "POST"}), exactly(route("train", "/ml/models", {"POST"})),
                          route("admin", "/admin", {"PUT"})});
  EXPECT_EQ(taken_by(table, "POST", "/ml/models"), "train");
  EXPECT_EQ(taken_by(table, "GET", "/ml/models"), "ml");
  EXPECT_EQ(taken_by(table, "HEAD", "/ml/models"), "ml") << "GET takes HEAD with it";
  EXPECT_EQ(taken_by(table, "POST", "/ml/models/17/valuations"), "ml") << "not exactly the prefix";
  EXPECT_EQ(taken_by(table, "DELETE", "/ml/models"), "405 GET, HEAD, POST");
  EXPECT_EQ(taken_by(table, "GET", "/admin"), "405 PUT");
  EXPECT_EQ(taken_by(table, "get", "/ml"), "405 GET, HEAD, POST") << "methods have their case";
}

TEST(RouteTable, OfTheSamePrefixTheExactOneComesFirstAndThenTheFirstInTheFile) {
  const RouteTable table(
      {route("first", "/x", {"GET"}), route("second", "/x"), exactly(route("exact", "/x", {"POST"}))});
  EXPECT_EQ(taken_by(table, "GET", "/x"), "first");
  EXPECT_EQ(taken_by(table, "POST", "/x"), "exact");
  EXPECT_EQ(taken_by(table, "POST", "/x/y"), "second");
  EXPECT_EQ(table.index_of(*table.match("PUT", "/x").route), 1u);
}

TEST(RouteTable, TranslatesTargetsAsTheyWereWritten) {
  const RouteTable table({replaced(route("data", "/api/v1/data"), "/data"), route("same", "/same"),
                          replaced(route("cut", "/cut"), ""), replaced(route("below", "/"), "/below")});
  const auto passed = [&](std::string_view target) {
    const RouteMatch match = table.match("GET", target.substr(0, target.find('?')));
    return table.target_for(*match.route, target).text();
  };
  EXPECT_EQ(passed("/api/v1/data/versions/a%20b?x=1&y=%2F"), "/data/versions/a%20b?x=1&y=%2F");
  EXPECT_EQ(passed("/api/v1/data"), "/data");
  EXPECT_EQ(passed("/api/v1/data?limit=5"), "/data?limit=5");
  EXPECT_EQ(passed("/api/v1/data/"), "/data/");
  EXPECT_EQ(passed("/same/a?b"), "/same/a?b");
  EXPECT_EQ(passed("/cut/a?b"), "/a?b");
  EXPECT_EQ(passed("/cut/"), "/");
  EXPECT_EQ(passed("/cut"), "/");
  EXPECT_EQ(passed("/cut?b=/c"), "/?b=/c");
  EXPECT_EQ(passed("/"), "/below/");
  EXPECT_EQ(passed("/a/b?c"), "/below/a/b?c");
}

TEST(RouteTable, WritesLocationsAsClientsKnowThem) {
  const RouteTable table({exactly(replaced(route("train", "/api/v1/ml/models"), "/ml/models", "ml_service")),
                          replaced(route("ml", "/api/v1/ml"), "/ml", "ml_service"),
                          replaced(route("ml-alias", "/ml"), "/ml", "ml_service"),
                          replaced(route("data", "/api/v1/data"), "/data", "data_processing")});
  const auto location = [&](std::string_view asked, std::string_view said) {
    return table.public_location(*table.match("POST", asked).route, said);
  };
  EXPECT_EQ(location("/api/v1/ml/models", "/jobs/17"), "/api/v1/jobs/17");
  EXPECT_EQ(location("/ml/x", "/jobs/17"), "/api/v1/jobs/17");
  EXPECT_EQ(location("/ml/x", "/ml/models/abc"), "/api/v1/ml/models/abc")
      << "the first of the file is the canonical one";
  EXPECT_EQ(location("/api/v1/data", "/data/versions/abc?x#y"), "/api/v1/data/versions/abc?x#y");
  EXPECT_EQ(location("/api/v1/data", "https://example.org/"), "https://example.org/");
  EXPECT_EQ(location("/api/v1/data", "/database"), "/database");
  EXPECT_EQ(location("/api/v1/data", "/ml/models/abc"), "/ml/models/abc") << "of another service";
  EXPECT_EQ(location("/api/v1/data", ""), "");
}

TEST(RouteTable, WritesLocationsOfAFixedServer) {
  Route app = replaced(route("app", "/app"), "", "");
  app.upstreams = {{"127.0.0.1", 9000}};
  Route other = replaced(route("root", "/"), "/inner", "");
  other.upstreams = {{"127.0.0.1", 9001}};
  const RouteTable table({app, other});
  const Route& cut = *table.match("GET", "/app").route;
  EXPECT_EQ(table.public_location(cut, "/login?next=/"), "/app/login?next=/");
  EXPECT_EQ(table.public_location(cut, "/"), "/app/");
  EXPECT_EQ(table.public_location(cut, "/jobs/17"), "/app/jobs/17") << "jobs are of our services only";
  EXPECT_EQ(table.public_location(cut, "login"), "login");
  const Route& inner = *table.match("GET", "/x").route;
  EXPECT_EQ(table.public_location(inner, "/inner/a"), "/a");
  EXPECT_EQ(table.public_location(inner, "/inner"), "/");
  EXPECT_EQ(table.public_location(inner, "/inner?a"), "/?a");
}

TEST(RouteTable, KnowsWhetherTheRegistryIsNeeded) {
  EXPECT_TRUE(RouteTable({route("a", "/a")}).needs_registry());
  Route fixed = replaced(route("a", "/a"), "/a", "");
  fixed.upstreams = {{"localhost", 80}};
  EXPECT_FALSE(RouteTable({fixed, replaced(route("own", "/own"), "/own", "api_gateway")}).needs_registry());
}

// What the table must be equal to, written as it is defined.
RouteMatch naive_match(std::span<const Route> routes, std::string_view method, std::string_view path) {
  RouteMatch best;
  const auto better = [&](const Route& one) {
    if (best.route == nullptr) return true;
    if (one.prefix.size() != best.route->prefix.size()) return one.prefix.size() > best.route->prefix.size();
    return one.exact && !best.route->exact;
  };
  for (const Route& one : routes) {
    const std::string prefix = one.prefix == "/" ? "" : one.prefix;
    const bool below = path.starts_with(prefix + "/") || path == prefix;
    if (one.exact ? path != one.prefix : !below) continue;
    best.path_known = true;
    const auto takes = [&](const std::string& name) { return name == method || (name == "GET" && method == "HEAD"); };
    if (!one.methods.empty() && std::none_of(one.methods.begin(), one.methods.end(), takes)) continue;
    if (better(one)) best.route = &one;
  }
  return best;
}

TEST(RouteTable, EqualsItsDefinitionOnRandomTables) {
  std::mt19937 random(17);
  const auto below = [&](unsigned bound) { return static_cast<unsigned>(random() % bound); };
  const auto path = [&](unsigned deepest) {
    std::string text;
    for (unsigned left = below(deepest + 1); left > 0; --left) {
      text += "/";
      text += "abc"[below(3)];
      if (below(3) == 0) text += "abc"[below(3)];
    }
    return text;
  };
  const std::vector<std::string> methods{"GET", "HEAD", "POST", "PUT", "PURGE"};
  for (int round = 0; round < 400; ++round) {
    std::vector<Route> routes;
    for (unsigned index = 0; index < 1 + below(25); ++index) {
      Route made = route(std::to_string(index), path(below(8) == 0 ? kDeepestPrefix : 4));
      if (made.prefix.empty()) made.prefix = "/";
      made.exact = below(4) == 0;
      for (const std::string& method : methods) {
        if (below(4) == 0) made.methods.push_back(method);
      }
      routes.push_back(std::move(made));
    }
    const RouteTable table(std::move(routes));
    for (int request = 0; request < 60; ++request) {
      std::string asked =
          below(3) == 0 ? table.routes()[below(static_cast<unsigned>(table.routes().size()))].prefix : "";
      asked += path(6);
      if (asked.empty() || below(6) == 0) asked += "/";
      const std::string& method = methods[below(5)];
      const RouteMatch expected = naive_match(table.routes(), method, asked);
      const RouteMatch found = table.match(method, asked);
      ASSERT_EQ(found.route, expected.route) << method << " " << asked;
      ASSERT_EQ(found.path_known, expected.path_known) << method << " " << asked;
    }
  }
}

TEST(PathFault, IsNoneInWhatCrosses) {
  for (const char* path : {"/", "/a", "/a/", "/a.b/...", "/.well-known/jwks.json", "/a..b", "/~ana", "/a%20b",
                           "/%C3%A9", "/a%25b", "/a:b;c=d,e", "/a@b!$&'()*+=[]", "/%3A%3F"}) {
    EXPECT_EQ(path_fault(path), "") << path;
  }
}

TEST(PathFault, IsWhateverTwoServersCouldReadDifferently) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "begin with"},        {"a", "begin with"},         {"*", "begin with"},
      {"//", "empty segment"},   {"//a", "empty segment"},    {"/a//b", "empty segment"},
      {"/a//", "empty segment"}, {"/.", ". or .."},           {"/a/.", ". or .."},
      {"/a/..", ". or .."},      {"/../a", ". or .."},        {"/a/./b", ". or .."},
      {"/%2e%2e/a", "plainly"},  {"/.%2E", "plainly"},        {"/a%2Fb", "slash"},
      {"/a%2fb", "slash"},       {"/a%5Cb", "backslash"},     {"/a\\b", "be escaped"},
      {"/%00", "control"},       {"/a%0d%0ab", "control"},    {"/%7f", "control"},
      {"/%61dmin", "plainly"},   {"/m%6C", "plainly"},        {"/a%7Eb", "plainly"},
      {"/%", "broken"},          {"/%2", "broken"},           {"/%zz", "broken"},
      {"/a%2", "broken"},        {"/a b", "be escaped"},      {"/a?b", "be escaped"},
      {"/a#b", "be escaped"},    {"/\xC3\xA9", "be escaped"}, {std::string("/a\0b", 4), "be escaped"},
      {"/a\tb", "be escaped"},   {"/<a>", "be escaped"},      {"/a|b", "be escaped"}};
  for (const auto& [path, why] : cases) EXPECT_THAT(std::string(path_fault(path)), HasSubstr(why)) << path;
}

TEST(RoutePrefix, IsWholeSegmentsOfPlainCharacters) {
  for (const char* good : {"/", "/a", "/api/v1/ml-x_y.z~"}) EXPECT_TRUE(is_route_prefix(good)) << good;
  for (const char* bad : {"", "a", "/a/", "//", "/a%20", "/a b", "/a/../b", "/a:b", "/*", "/{x}"})
    EXPECT_FALSE(is_route_prefix(bad)) << bad;
}

}  // namespace
}  // namespace valion::gateway

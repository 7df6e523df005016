// The gateway alone in front of somebody else's server, as docs/gateway.md shows it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "functional/gateway_alone.hpp"

namespace valion::functional {
namespace {

using http::loopback::Peer;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// The first block of YAML in the guide, as it is printed there.
std::string documented_example() {
  const std::string guide = slurp(source_file("docs/gateway.md"));
  const std::string fence = "```yaml\n";
  const auto begin = guide.find(fence);
  if (begin == std::string::npos) throw std::runtime_error("docs/gateway.md has no example");
  return guide.substr(begin + fence.size(), guide.find("```", begin + fence.size()) - begin - fence.size());
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("the example has no " + from);
  return text.replace(at, from.size(), to);
}

// Only the two ports differ from what is printed.
std::string example_for(std::uint16_t server) {
  return replaced(replaced(documented_example(), "8080", "0"), "9000", std::to_string(server));
}

TEST(DocumentedExample, HasTenLinesAtMost) {
  const std::string text = documented_example();
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 9) << "and one for the command";
}

TEST(DocumentedExample, RunsInFrontOfAnyServer) {
  const SmallServer server("site");
  const TemporaryFolder folder;
  AloneGateway gateway(folder.write("gateway.yaml", example_for(server.port())), folder.path() / "home");
  ASSERT_GT(gateway.port(), 0) << gateway.said();

  Peer peer(gateway.port());
  const RawAnswer answer = ask(peer, get("/some/page?x=%2F"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "site GET /some/page?x=%2F 0");
  const std::string upload(3'000'000, 'x');
  const RawAnswer posted =
      ask(peer, "POST /form HTTP/1.1\r\nHost: gateway\r\nContent-Length: " + std::to_string(upload.size()) +
                    "\r\n\r\n" + upload);
  EXPECT_EQ(posted.body, "site POST /form 3000000");
  EXPECT_EQ(ask(peer, get("/a//b")).status, 400) << "what two servers could read differently";
  EXPECT_EQ(ask(peer, get("/%61dmin")).status, 400);

  const Finished routes = gateway.ask({"routes"});
  EXPECT_EQ(routes.code, 0) << routes.output;
  EXPECT_THAT(routes.output, HasSubstr(R"("name":"site")"));
  EXPECT_THAT(gateway.ask({"instances"}).output, HasSubstr(std::to_string(server.port())));
  EXPECT_THAT(gateway.ask({"config"}).output, HasSubstr(R"("gateway.identity":"off")"));

  EXPECT_EQ(gateway.end(), 0);
  EXPECT_THAT(gateway.log(), Not(HasSubstr(R"("level":"warning")")))
      << "nothing is missed: neither Redis nor the registry";
  EXPECT_THAT(gateway.log(), Not(HasSubstr(R"("level":"error")")));
}

TEST(AloneGateway, SaysWhatIsWrongWithItsTableAndDoesNotStart) {
  const TemporaryFolder folder;
  AloneGateway gateway(folder.write("gateway.yaml", "ports: {api_gateway: 0}\nroutes:\n  - name: a\n    prefixx: /\n"),
                       folder.path() / "home");
  EXPECT_EQ(gateway.port(), 0);
  EXPECT_THAT(gateway.said(), HasSubstr("did you mean prefix?"));
  EXPECT_THAT(gateway.said(), HasSubstr("gateway.yaml:4"));
  EXPECT_NE(gateway.end(), 0);
}

TEST(AloneGateway, RefusesByReloadATableThatNeedsTheRegistry) {
  const SmallServer server("site");
  const TemporaryFolder folder;
  const auto file = folder.write("gateway.yaml", example_for(server.port()));
  AloneGateway gateway(file, folder.path() / "home");
  ASSERT_GT(gateway.port(), 0) << gateway.said();
  folder.write("gateway.yaml", "gateway: {identity: off}\nroutes: [{name: ml, prefix: /, service: ml_service}]\n");
  const Finished reloaded = gateway.ask({"reload"});
  EXPECT_NE(reloaded.code, 0);
  EXPECT_THAT(reloaded.output, HasSubstr("started without it"));
  Peer peer(gateway.port());
  EXPECT_EQ(ask(peer, get("/x")).status, 200) << "the table before is in force";
}

TEST(ConfigCheck, ChecksTheRoutesTooAndPrintsThem) {
  const TemporaryFolder folder;
  const auto good = folder.write("good.yaml", example_for(9000));
  const auto bad = folder.write("bad.yaml", "routes: [{name: a, prefix: /, timeout: soon}]\n");
  EXPECT_EQ(run({valion_binary(), "config", "check", "--config", good.string()}).code, 0);
  const Finished checked = run({valion_binary(), "config", "check", "--config", bad.string()});
  EXPECT_EQ(checked.code, 2);
  EXPECT_THAT(checked.output, HasSubstr("wants a time"));
  EXPECT_THAT(checked.output, HasSubstr("bad.yaml:1"));
  const Finished printed = run({valion_binary(), "config", "routes"});
  EXPECT_EQ(printed.code, 0);
  EXPECT_THAT(printed.output, StartsWith("# The route table"));
  const auto copy = folder.write("routes.yaml", printed.output);
  EXPECT_EQ(run({valion_binary(), "config", "check"}, {{"VALION_GATEWAY_ROUTES", copy.string()}}).code, 0);
}

}  // namespace
}  // namespace valion::functional

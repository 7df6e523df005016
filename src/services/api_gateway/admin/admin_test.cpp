// The operator's port: who gets in, what it shows, and what it does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "platform/auth/token.hpp"
#include "platform/http/client.hpp"
#include "platform/http/loopback.hpp"
#include "platform/json/described.hpp"
#include "services/api_gateway/admin/admin_port.hpp"
#include "services/api_gateway/admin/routes_view.hpp"

namespace valion::gateway::admin {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Answer {
  int status = 0;
  std::string type;
  std::string body;
};

class AdminTest : public testing::Test {
 protected:
  AdminTest() {
    std::string name = (std::filesystem::temp_directory_path() / "valion-admin-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    key_.emplace(auth::SigningKey::load_or_create(folder_ / "internal.key"));
    log::LogSettings settings;
    settings.file = folder_ / "admin.log";
    log_.emplace(settings);
    metrics_.emplace(metrics::Labels{{"service", "test"}});
    parts_.purge = [this](const Purge& purge) {
      purged_.push_back(purge.tag ? "tag " + *purge.tag : purge.prefix ? "prefix " + *purge.prefix : "all");
      return std::size_t{7};
    };
    parts_.drain = [this] { ++drains_; };
    parts_.breakers = [] { return std::vector<BreakerView>{{"ml_service", "open", 4}}; };
    parts_.config = [] { return std::map<std::string, std::string>{{"address", "127.0.0.1"}}; };
  }
  ~AdminTest() override {
    loop_.run<bool>([this]() -> Async<bool> {
      port_.reset();
      client_.reset();
      co_return true;
    });
    loop_.stop();
    std::filesystem::remove_all(folder_);
  }

  void start(std::uint16_t port = 0) {
    loop_.run<bool>([this, port]() -> Async<bool> {
      port_.emplace(loop_.executor(), PortSettings{port}, parts_, *key_, *log_, *metrics_);
      port_->start();
      client_.emplace(loop_.executor());
      co_return true;
    });
  }
  [[nodiscard]] std::string token(const std::vector<std::string>& roles = {"admin"},
                                  std::string_view audience = auth::kInternalAudience) const {
    const auth::TokenSettings settings{audience, 60s, 5s};
    return auth::issue_token(*key_, settings, Principal{"valion", "operator", roles}, std::chrono::system_clock::now());
  }
  [[nodiscard]] http::ClientRequest request(http::Method method, const std::string& target,
                                            std::string body = {}) const {
    http::ClientRequest made;
    made.host = "127.0.0.1";
    made.port = port_->port();
    made.method = method;
    made.target = target;
    made.headers.set("Authorization", "Bearer " + token());
    if (!body.empty()) {
      made.headers.set("Content-Type", "application/json");
      made.body = std::move(body);
    }
    return made;
  }
  Answer send(http::ClientRequest wanted) {
    return loop_.run<Answer>([this, &wanted]() -> Async<Answer> {
      auto response = co_await client_->send(std::move(wanted));
      if (!response) throw std::runtime_error(response.error().message);
      Answer answer;
      answer.status = response->status;
      answer.type = std::string(response->headers.find("Content-Type").value_or(""));
      auto body = co_await http::read_all(*response->body, 1u << 20);
      if (body) answer.body = std::move(*body);
      co_return answer;
    });
  }
  Answer get(const std::string& target) { return send(request(http::Method::get, target)); }
  Answer post(const std::string& target, std::string body = {}) {
    return send(request(http::Method::post, target, std::move(body)));
  }

  std::filesystem::path folder_;
  http::loopback::Loop loop_;
  std::optional<auth::SigningKey> key_;
  std::optional<log::Logger> log_;
  std::optional<metrics::Registry> metrics_;
  Parts parts_;
  std::optional<AdminPort> port_;
  std::optional<http::Client> client_;
  std::vector<std::string> purged_;
  int drains_ = 0;
};

TEST_F(AdminTest, OnlyAnAdministratorOfThisMachineGetsIn) {
  start();
  EXPECT_EQ(get("/breakers").status, 200);
  auto without = request(http::Method::get, "/breakers");
  without.headers.erase("Authorization");
  const Answer refused = send(without);
  EXPECT_EQ(refused.status, 401);
  EXPECT_THAT(refused.type, HasSubstr("application/problem+json"));
  const auto with = [&](const std::string& credential) {
    auto made = request(http::Method::post, "/drain");
    made.headers.set("Authorization", "Bearer " + credential);
    return send(std::move(made)).status;
  };
  EXPECT_EQ(with(token({"appraiser"})), 403);
  EXPECT_EQ(with(token({"admin"}, auth::kClientAudience)), 401) << "a client's token is none";
  EXPECT_EQ(with("e30.e30.e30"), 401);
  EXPECT_EQ(drains_, 0);
  EXPECT_EQ(with(token({"service"})), 202);
  EXPECT_EQ(drains_, 1);
}

TEST_F(AdminTest, APageOfABrowserHasNoBusinessHere) {
  start();
  auto page = request(http::Method::post, "/drain");
  page.headers.set("Origin", "http://127.0.0.1:3000");
  EXPECT_EQ(send(page).status, 403);
  auto form = request(http::Method::post, "/cache/purge", R"({"all":true})");
  form.headers.set("Content-Type", "text/plain");
  EXPECT_EQ(send(form).status, 415) << "what a form can send is not taken";
  http::loopback::Peer rebound(port_->port());
  rebound.say("GET /routes HTTP/1.1\r\nHost: attacker.example\r\nConnection: close\r\nAuthorization: Bearer " +
              token() + "\r\n\r\n");
  EXPECT_THAT(rebound.hear_all(), HasSubstr("HTTP/1.1 403"));
  EXPECT_EQ(drains_, 0);
  EXPECT_THAT(purged_, testing::IsEmpty());
}

TEST_F(AdminTest, ShowsTheTableAndWhyTheFileIsNotInForce) {
  const auto file = folder_ / "routes.yaml";
  std::ofstream(file) << "routes:\n  - {name: all, prefix: /, upstreams: 'http://127.0.0.1:9000', timeout: 90s, "
                         "rate_limit: 5/s}\n";
  TableSource source;
  source.file = file;
  auto live = LiveTable::load(source);
  ASSERT_TRUE(live);
  parts_.routes = [&live] { return routes_view(*live); };
  start();
  const auto before = json::decode<RoutesView>(get("/routes").body);
  ASSERT_TRUE(before);
  EXPECT_EQ(before->source, file.string());
  EXPECT_EQ(before->generation, 1);
  ASSERT_EQ(before->routes.size(), 1u);
  EXPECT_THAT(before->routes[0].upstreams, ElementsAre("http://127.0.0.1:9000"));
  EXPECT_EQ(before->routes[0].timeout, "90s");
  EXPECT_EQ(before->routes[0].rate_limit.at("user"), "5/s");
  EXPECT_TRUE(before->refusal.empty());
  std::ofstream(file) << "routes: [{name: all}]";
  live->reload();
  const auto after = json::decode<RoutesView>(get("/routes").body);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->routes.size(), 1u) << "the one before";
  EXPECT_EQ(after->refusals, 1);
  EXPECT_THAT(after->refusal, testing::Contains(HasSubstr("has no prefix")));
}

TEST_F(AdminTest, ShowsWhatThePartsTell) {
  start();
  EXPECT_EQ(get("/breakers").body, R"([{"service":"ml_service","state":"open","retry_after":4}])");
  EXPECT_EQ(get("/config").body, R"({"address":"127.0.0.1"})");
  EXPECT_EQ(get("/limits").status, 404) << "not switched on";
  EXPECT_EQ(get("/nothing").status, 404);
  EXPECT_EQ(post("/routes").status, 405);
  EXPECT_THAT(get("/").body, HasSubstr("POST /cache/purge"));
}

TEST_F(AdminTest, PurgesByTagPrefixOrAll) {
  start();
  EXPECT_EQ(post("/cache/purge", R"({"tag":"version-17"})").body, R"({"entries":7})");
  EXPECT_EQ(post("/cache/purge", R"({"prefix":"/api/v1/geospatial"})").status, 200);
  EXPECT_EQ(post("/cache/purge", R"({"all":true})").status, 200);
  EXPECT_THAT(purged_, ElementsAre("tag version-17", "prefix /api/v1/geospatial", "all"));
  for (const char* bad : {"{}", R"({"all":false})", R"({"tag":"a","all":true})", R"({"tag":""})", R"({"prefix":"a"})",
                          R"({"tags":"a"})", R"({"tag":5})"})
    EXPECT_EQ(post("/cache/purge", bad).status, 422) << bad;
  EXPECT_EQ(post("/cache/purge", "{").status, 400);
  EXPECT_EQ(purged_.size(), 3u);
}

TEST_F(AdminTest, ChangesTheLogLevel) {
  start();
  EXPECT_EQ(get("/log-level").body, R"({"level":"info"})");
  EXPECT_EQ(send(request(http::Method::put, "/log-level", R"({"level":"debug"})")).body, R"({"level":"debug"})");
  EXPECT_EQ(log_->level(), log::Level::debug);
  EXPECT_EQ(send(request(http::Method::put, "/log-level", R"({"level":"loud"})")).status, 422);
}

TEST_F(AdminTest, ReloadsAndSaysWhatIsWrong) {
  bool good = true;
  parts_.reload = [&good]() -> Result<ReloadView> {
    if (good) return ReloadView{"replaced", 2};
    Error error = make_error(ErrorKind::invalid, "the route table of routes.yaml is wrong");
    error.add({"/routes/0/prefix", "wants a path (routes.yaml:3)", -1, {}, "api"});
    return fail(std::move(error));
  };
  start();
  EXPECT_EQ(post("/reload").body, R"({"outcome":"replaced","generation":2})");
  good = false;
  const Answer refused = post("/reload");
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, HasSubstr("routes.yaml:3"));
}

TEST_F(AdminTest, WaitsForAPortThatItsPredecessorStillHolds) {
  start();
  const std::uint16_t port = port_->port();
  std::optional<AdminPort> successor;
  loop_.run<bool>([&]() -> Async<bool> {
    successor.emplace(loop_.executor(), PortSettings{port}, parts_, *key_, *log_, *metrics_);
    successor->start();
    co_return true;
  });
  EXPECT_EQ(successor->port(), 0);
  loop_.run<bool>([&]() -> Async<bool> {
    port_.reset();
    co_return true;
  });
  EXPECT_TRUE(loop_.eventually([&] { return successor->port() == port; }));
  loop_.run<bool>([&]() -> Async<bool> {
    successor.reset();
    co_return true;
  });
}

}  // namespace
}  // namespace valion::gateway::admin

// The command line as people and scripts use it, on a running system and without one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/service_list.hpp"
#include "functional/running_system.hpp"

namespace valion::functional {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class OnARunningSystem : public testing::Test {
 protected:
  static void SetUpTestSuite() { system_ = std::make_unique<RunningSystem>(); }
  static void TearDownTestSuite() { system_.reset(); }
  // A shell with `valion` on its path and this system as its home.
  static Finished shell(const std::string& script) {
    const std::string path = std::filesystem::path(valion_binary()).parent_path().string();
    return run(
        {"bash", "-c", "PATH=" + path + ":$PATH; export VALION_HOME=" + system_->home().string() + "; " + script});
  }
  static inline std::unique_ptr<RunningSystem> system_;
};

TEST_F(OnARunningSystem, StatusSaysWhatRunsAndHowWell) {
  system_->get("/api/v1/ml/models");
  const Finished table = shell("valion status --verbose");
  EXPECT_EQ(table.code, 0) << table.output;
  for (const char* words : {"ms p50 / p95 / p99", "orchestrator: process", "restarts", "catalogue", "ml_service"}) {
    EXPECT_THAT(table.output, HasSubstr(words));
  }
  const Finished json = shell("valion status --json");
  for (const char* words : {R"("services":[{"name":)", R"("latency":{"p50":)", R"("orchestrator":{"process":)",
                            R"("status":"up")", R"("problems":[])"}) {
    EXPECT_THAT(json.output, HasSubstr(words));
  }
}

TEST_F(OnARunningSystem, TheSmokeTestReachesEveryServiceAndLeavesNothingOnTheDisk) {
  const Finished tested = shell("valion test");
  EXPECT_EQ(tested.code, 0) << tested.output;
  for (const app::ServiceEntry& entry : app::service_list()) {
    EXPECT_THAT(tested.output, HasSubstr(std::string(entry.name)));
  }
  EXPECT_THAT(tested.output, HasSubstr("a job"));
}

TEST_F(OnARunningSystem, UsersComeSignInAndGo) {
  EXPECT_EQ(shell("echo 'a long enough password' | valion user add ana --roles appraiser,viewer --password-stdin").code,
            0);
  const Finished list = shell("valion user list");
  EXPECT_THAT(list.output, AllOf(HasSubstr("ana"), HasSubstr("appraiser,viewer"), HasSubstr("cli")));
  const auto sign_in = [&](const std::string& password) {
    return system_
        ->call({.method = http::Method::post,
                .target = "/api/v1/auth/token",
                .token = "",
                .headers = {{"Content-Type", "application/json"}},
                .body = std::string(R"({"user":"ana","password":")" + password + "\"}")})
        .status;
  };
  EXPECT_EQ(sign_in("a long enough password"), 200);
  EXPECT_EQ(shell("echo 'another good password' | valion user set-password ana --password-stdin").code, 0);
  EXPECT_EQ(sign_in("a long enough password"), 401);
  EXPECT_EQ(sign_in("another good password"), 200);
  EXPECT_EQ(shell("valion user set-roles ana admin,appraiser").code, 0);
  EXPECT_EQ(shell("valion user disable ana").code, 0);
  EXPECT_EQ(sign_in("another good password"), 401);
  EXPECT_EQ(shell("valion user enable ana").code, 0);
  EXPECT_EQ(shell("valion user remove ana").code, 0);
  const Finished gone = shell("valion user remove ana");
  EXPECT_EQ(gone.code, 1);
  EXPECT_THAT(gone.output, HasSubstr("there is no user ana"));
}

TEST_F(OnARunningSystem, APasswordIsNeverAWordOfTheCommandLine) {
  EXPECT_EQ(shell("valion user add ana --password secret").code, 2);
  const Finished nothing = shell("setsid valion user add ana </dev/null");
  EXPECT_EQ(nothing.code, 1);
  EXPECT_THAT(nothing.output, HasSubstr("--password-stdin"));
  const Finished weak = shell("echo short | valion user add ana --password-stdin");
  EXPECT_EQ(weak.code, 1);
  EXPECT_THAT(weak.output, HasSubstr("12 to 1024 characters"));
}

TEST_F(OnARunningSystem, KeysWorkUntilTheyAreRevoked) {
  const Finished made = shell("valion key create nightly --expires 90d 2>/dev/null");
  ASSERT_THAT(made.output, StartsWith("vk_"));
  const std::string key = made.output.substr(0, made.output.find('\n'));
  const auto status = [&] { return system_->call({.target = "/api/v1/ml/models", .token = key}).status; };
  EXPECT_EQ(status(), 200);
  const Finished list = shell("valion key list");
  EXPECT_THAT(list.output, AllOf(HasSubstr("nightly"), HasSubstr("until 20"), Not(HasSubstr(key))));
  EXPECT_EQ(shell("valion key revoke " + key.substr(3, 12)).code, 0);
  EXPECT_EQ(status(), 401);
  EXPECT_EQ(shell("valion key create n --expires soon").code, 2);
}

TEST(WithoutASystem, EveryCommandTeaches) {
  for (const char* command : {"orchestrator", "restart", "scale", "stop", "status", "logs", "test", "config", "demo",
                              "data import", "study run", "value", "report", "user", "key", "completion"}) {
    const Finished help = run({"bash", "-c", valion_binary() + " " + command + " --help"});
    EXPECT_EQ(help.code, 0) << command;
    EXPECT_THAT(help.output, HasSubstr("Examples:")) << command;
    EXPECT_THAT(help.output, HasSubstr("valion ")) << command;
  }
}

TEST(WithoutASystem, BashCompletesCommandsAndOptions) {
  const auto complete = [](const std::string& words, int at) {
    return run({"bash", "-c",
                "source <(" + valion_binary() + " completion bash); COMP_WORDS=(" + words +
                    "); COMP_CWORD=" + std::to_string(at) + "; _valion; echo \"${COMPREPLY[@]}\""})
        .output;
  };
  EXPECT_EQ(complete("valion st", 1), "stop status study\n");
  EXPECT_EQ(complete("valion user set", 2), "set-password set-roles setup-link\n");
  EXPECT_THAT(complete("valion logs --", 2), AllOf(HasSubstr("--follow"), HasSubstr("--request-id")));
  EXPECT_THAT(complete("valion user add --", 3), HasSubstr("--password-stdin"));
  EXPECT_EQ(complete("valion logs --level e", 3), "\n") << "a value: files, or what the shell finds";
}

TEST(WithoutASystem, EveryCommandIsInEveryShellsCompletion) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Finished script = run({valion_binary(), "completion", shell});
    EXPECT_EQ(script.code, 0);
    for (const char* word : {"orchestrator", "restart", "set-password", "revoke", "ml_service", "request-id"}) {
      EXPECT_THAT(script.output, HasSubstr(word)) << shell;
    }
  }
  EXPECT_EQ(run({valion_binary(), "completion", "tcsh"}).code, 2);
}

}  // namespace
}  // namespace valion::functional

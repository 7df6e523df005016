#include "platform/config/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>

namespace valion {
namespace {

using testing::HasSubstr;

class SettingsTest : public testing::Test {
 protected:
  SettingsTest() {
    std::string name = (std::filesystem::temp_directory_path() / "valion-settings-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~SettingsTest() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path file(const std::string& text) const {
    std::ofstream(folder_ / "valion.yaml") << text;
    return folder_ / "valion.yaml";
  }
  std::filesystem::path folder_;
};

TEST_F(SettingsTest, TheEnvironmentBeatsTheFileAndTheFileTheDefaults) {
  const auto settings = load_settings(file("log:\n  level: debug\ncpu:\n  threads: 3\nports:\n  ml_service: 9002\n"),
                                      {{"VALION_CPU_THREADS", "4"}, {"VALION_PORT_API_GATEWAY", "0"}});
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->log_level, "debug");
  EXPECT_EQ(settings->cpu_threads, 4u);
  EXPECT_EQ(settings->ports.at("ml_service"), 9002);
  EXPECT_EQ(settings->ports.at("api_gateway"), 0);
  EXPECT_EQ(settings->upload_limit, 256u << 20);
}

TEST_F(SettingsTest, EveryMistakeIsNamedWithItsPlaceAndWhatIsAccepted) {
  const auto settings = load_settings(file("log:\n  level: loud\ncolour: red\nports:\n  ml_service: 70000\n"),
                                      {{"VALION_UPLOAD_LIMIT", "lots"}, {"VALION_NOTHING", "1"}});
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().kind, ErrorKind::invalid);
  EXPECT_EQ(settings.error().violation_total, 5);
  EXPECT_THAT(settings.error().violations[0].message, HasSubstr("valion.yaml:2"));
  EXPECT_THAT(settings.error().violations[0].message, HasSubstr("one of trace"));
  EXPECT_EQ(settings.error().violations[1].pointer, "colour");
  EXPECT_THAT(settings.error().violations[4].message, HasSubstr("VALION_UPLOAD_LIMIT"));
}

TEST_F(SettingsTest, SaysWhereAProcessRunsAndHowItBalances) {
  const auto settings = load_settings(file("registry:\n  zone: north\n  weight: 4\n"),
                                      {{"VALION_BALANCE", "least_latency"}, {"VALION_SLOW_START_MS", "0"}});
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->zone, "north");
  EXPECT_EQ(settings->weight, 4);
  EXPECT_EQ(settings->balance, "least_latency");
  EXPECT_EQ(settings->slow_start.count(), 0);
  const auto refused = load_settings({}, {{"VALION_BALANCE", "random"}, {"VALION_WEIGHT", "0"}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().violations[0].message, HasSubstr("one of round_robin, least_latency"));
  EXPECT_EQ(refused.error().violation_total, 2);
}

TEST_F(SettingsTest, TheGatewaysRoutesMayStandBesideThem) {
  const auto settings = load_settings(file("gateway: {identity: off, admin_port: 0}\nroutes:\n  - {name: all}\n"), {});
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_TRUE(settings->file_has_routes);
  EXPECT_EQ(settings->file, folder_ / "valion.yaml");
  EXPECT_FALSE(settings->gateway_identity);
  EXPECT_EQ(settings->gateway_admin_port, 0);
  EXPECT_FALSE(load_settings(file("log: {level: info}\n"), {})->file_has_routes);
  EXPECT_FALSE(load_settings(file("log: {routes: info}\n"), {})) << "only at the top";
  const auto refused = load_settings({}, {{"VALION_GATEWAY_IDENTITY", "perhaps"}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().violations[0].message, HasSubstr("on or off"));
}

TEST_F(SettingsTest, AFileThatIsNotYamlOrNotThereIsRefused) {
  EXPECT_FALSE(load_settings(file("a: [1"), {}));
  EXPECT_FALSE(load_settings(file("- 1\n"), {}));
  EXPECT_FALSE(load_settings(folder_ / "absent.yaml", {}));
  EXPECT_TRUE(load_settings(file(""), {}));
}

TEST_F(SettingsTest, TheEnvironmentMayNameTheFileAndTheFlagBeatsIt) {
  const std::string named = file("home: /srv/valion\n").string();
  EXPECT_EQ(load_settings({}, {{"VALION_CONFIG", named}})->home, "/srv/valion");
  EXPECT_EQ(load_settings(named, {{"VALION_CONFIG", "absent.yaml"}})->home, "/srv/valion");
  EXPECT_EQ(load_settings({}, {{"VALION_CONFIG", ""}})->home, "var");
  const auto absent = load_settings({}, {{"VALION_CONFIG", "absent.yaml"}});
  ASSERT_FALSE(absent);
  EXPECT_THAT(absent.error().message, HasSubstr("absent.yaml"));
}

// Each would otherwise quietly become a setting that nobody wrote.
TEST_F(SettingsTest, NothingInTheFileIsGuessed) {
  const std::vector<std::array<std::string, 3>> mistakes{
      {"home: [a, b]\n", "home", "not a list"},
      {"home:\n", "home", "has no value"},
      {"home: ''\n", "home", "not empty"},
      {"address: \"\"\n", "address", "not empty"},
      {"redis: {url: }\n", "redis.url", "has no value"},
      {"colour: {}\n", "colour", "is not a setting"},
      {"log: debug\n", "log", "is not a setting"},
      {"cpu:\n  threads: 3\n  threads: 4\n", "cpu.threads", "stands twice, first at"},
      {"cpu: {threads: 3}\ncpu: {threads: 4}\n", "cpu.threads", "stands twice"},
      {"log: {level: {a: b}}\n", "log.level", "not a map"},
      {"ports: {ml_service: {a: 1}}\n", "ports.ml_service", "not a map"},
      {"ports: {a.b: 1}\n", "ports.a.b", "names no service"},
      {"ports: {'': 1}\n", "ports.", "names no service"},
      {"? [a]\n: b\n", "", "a key that is not text"},
      {"cpu: {threads: -1}\n", "cpu.threads", "from 1 to 1024"},
      {"trace: {endpoint: 'collector:4318'}\n", "trace.endpoint", "http://HOST:PORT"},
      {"trace: {sample: 1.5}\n", "trace.sample", "from 0 to 1"},
      {"trace: {sample: nan}\n", "trace.sample", "from 0 to 1"},
      {"cpu: {threads: 0x10}\n", "cpu.threads", "from 1 to 1024"},
  };
  for (const auto& [text, key, message] : mistakes) {
    const auto settings = load_settings(file(text), {});
    ASSERT_FALSE(settings) << text;
    ASSERT_EQ(settings.error().violation_total, 1) << text;
    EXPECT_EQ(settings.error().violations[0].pointer, key) << text;
    EXPECT_THAT(settings.error().violations[0].message, HasSubstr(message)) << text;
  }
  EXPECT_TRUE(load_settings(file("log:\n  # level: debug\nports: {}\n"), {})) << "all members commented out";
}

TEST_F(SettingsTest, AFileThatIsNoSettingsFileIsRefusedWithoutHarm) {
  std::string bomb = "a0: &a0 {x: 1, y: 1}\n";
  for (int i = 1; i < 28; ++i) {
    const std::string inner = "*a" + std::to_string(i - 1), name = "a" + std::to_string(i);
    bomb += name + ": &" + name + " {x: " + inner + ", y: " + inner + "}\n";
  }
  for (const std::string& text : {std::string("a: &a\n  x: *a\n"), bomb, std::string("home: a\n---\nhome: b\n"),
                                  std::string(2 << 20, '#'), std::string(5000, '{'), std::string("\0\xFF", 2)}) {
    EXPECT_FALSE(load_settings(file(text), {})) << text.substr(0, 40);
  }
  const auto folder = load_settings(folder_, {});
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().message, HasSubstr("it is a folder"));
}

TEST_F(SettingsTest, AnEmptyOrMisspelledVariableIsAMistake) {
  for (const char* variable : {"VALION_HOME", "VALION_PORT_", "VALION_PORT_A-B", "VALION_home", "VALION_"}) {
    const auto settings = load_settings({}, {{variable, ""}});
    ASSERT_FALSE(settings) << variable;
    EXPECT_THAT(settings.error().violations[0].message, HasSubstr(variable));
  }
}

TEST_F(SettingsTest, AnyTextSurvivesTheFile) {
  for (const std::string text :
       {"~",  "null", "true",  "a: b",   "a #b", "- x",  "x\ny", "São João", "'q'", "\"q\"", "{a}", "*a",
        "&a", "!t",   " lead", "trail ", "%x",   "a\tb", "a\\b", "1e3",      "?",   "|",     "<<"}) {
    Settings settings;
    settings.home = text;
    const auto back = load_settings(file(to_yaml(settings)), {});
    ASSERT_TRUE(back) << text;
    EXPECT_EQ(back->home, text);
  }
}

TEST_F(SettingsTest, WhatIsShownReadsBackEqual) {
  Settings settings;
  settings.home = "/srv/with space";
  settings.redis_url = "redis://localhost:6380";
  settings.ports["ml_service"] = 9002;
  settings.token_lifetime = std::chrono::seconds(60);
  settings.trace_endpoint = "http://collector:4318";
  settings.trace_sample = 0.125;
  const auto back = load_settings(file(to_yaml(settings)), {});
  ASSERT_TRUE(back) << back.error().message << to_yaml(settings);
  EXPECT_EQ(to_yaml(*back), to_yaml(settings));
  EXPECT_EQ(back->home, settings.home);
  EXPECT_EQ(back->trace_endpoint, settings.trace_endpoint);
  EXPECT_EQ(back->trace_sample, 0.125);
}

TEST_F(SettingsTest, AreTextsByKey) {
  Settings settings;
  settings.ports["ml_service"] = 9002;
  const auto texts = to_texts(settings);
  EXPECT_EQ(texts.at("ports.ml_service"), "9002");
  EXPECT_EQ(texts.at("gateway.identity"), "on");
  EXPECT_EQ(texts.at("log.level"), "info");
}

TEST(SettingsFile, OfDocumentsWithoutEndIsRefused) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("valion-comma-" + std::to_string(getpid()));
  std::ofstream(file) << ",# settings\nh";
  EXPECT_FALSE(load_settings(file, {}));
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace valion

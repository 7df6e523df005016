#include "platform/config/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST_F(SettingsTest, AFileThatIsNotYamlOrNotThereIsRefused) {
  EXPECT_FALSE(load_settings(file("a: [1"), {}));
  EXPECT_FALSE(load_settings(file("- 1\n"), {}));
  EXPECT_FALSE(load_settings(folder_ / "absent.yaml", {}));
  EXPECT_TRUE(load_settings(file(""), {}));
}

TEST_F(SettingsTest, WhatIsShownReadsBackEqual) {
  Settings settings;
  settings.home = "/srv/with space";
  settings.redis_url = "redis://localhost:6380";
  settings.ports["ml_service"] = 9002;
  settings.token_lifetime = std::chrono::seconds(60);
  const auto back = load_settings(file(to_yaml(settings)), {});
  ASSERT_TRUE(back) << back.error().message << to_yaml(settings);
  EXPECT_EQ(to_yaml(*back), to_yaml(settings));
  EXPECT_EQ(back->home, settings.home);
}

}  // namespace
}  // namespace valion

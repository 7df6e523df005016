// The table in force follows its file, however it is changed, and never becomes half of one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "platform/http/loopback.hpp"
#include "services/api_gateway/routing/live_table.hpp"
#include "services/api_gateway/routing/reload_watch.hpp"

namespace valion::gateway {
namespace {

using ::testing::HasSubstr;

std::string table_of(const std::string& name) {
  return "routes:\n  - {name: " + name + ", prefix: /, upstreams: 'http://127.0.0.1:9000'}\n";
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream input(file);
  return {std::istreambuf_iterator<char>(input), {}};
}

class ReloadTest : public testing::Test {
 protected:
  ReloadTest() {
    std::string name = (std::filesystem::temp_directory_path() / "valion-reload-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    file_ = folder_ / "routes.yaml";
  }
  ~ReloadTest() override {
    loop_.run<bool>([this]() -> Async<bool> {
      watch_.reset();
      co_return true;
    });
    loop_.stop();
    std::filesystem::remove_all(folder_);
  }

  static void write(const std::filesystem::path& file, const std::string& text) { std::ofstream(file) << text; }
  void replace(const std::string& text) const {
    write(folder_ / "new", text);
    std::filesystem::rename(folder_ / "new", file_);
  }
  void start() {
    TableSource source;
    source.file = file_;
    auto loaded = LiveTable::load(std::move(source));
    ASSERT_TRUE(loaded) << told(loaded.error());
    live_.emplace(std::move(*loaded));
    log::LogSettings settings;
    settings.file = folder_ / "log" / "gateway.log";
    std::filesystem::create_directory(folder_ / "log");
    log_.emplace(settings);
    loop_.run<bool>([this]() -> Async<bool> {
      watch_.emplace(loop_.executor(), *live_, *log_);
      co_return true;
    });
  }
  // The name of the only route in force.
  std::string in_force() {
    return loop_.run<std::string>([this]() -> Async<std::string> { co_return live_->current()->routes()[0].name; });
  }
  TableStatus status() {
    return loop_.run<TableStatus>([this]() -> Async<TableStatus> { co_return live_->status(); });
  }
  bool becomes(const std::string& name) {
    return loop_.eventually([&] { return live_->current()->routes()[0].name == name; });
  }
  bool is_refused(std::uint64_t times) {
    return loop_.eventually([&] { return live_->status().refusals >= times; });
  }
  [[nodiscard]] std::string logged() const { return content_of(folder_ / "log" / "gateway.log"); }

  std::filesystem::path folder_;
  std::filesystem::path file_;
  http::loopback::Loop loop_;
  std::optional<LiveTable> live_;
  std::optional<log::Logger> log_;
  std::optional<ReloadWatch> watch_;
};

TEST_F(ReloadTest, WithoutAFileTheBuiltInTableIsInForce) {
  const auto live = LiveTable::load({});
  ASSERT_TRUE(live);
  EXPECT_EQ(live->status().source, "built in");
  EXPECT_EQ(live->status().generation, 1u);
  EXPECT_TRUE(live->current()->needs_registry());
}

TEST_F(ReloadTest, TheSettingsSayWhereTheTableIs) {
  Settings settings;
  EXPECT_TRUE(table_source(settings).file.empty());
  settings.file = "valion.yaml";
  EXPECT_TRUE(table_source(settings).file.empty()) << "it has no routes";
  settings.file_has_routes = true;
  settings.gateway_identity = false;
  settings.upload_limit = 5;
  const TableSource beside = table_source(settings);
  EXPECT_EQ(beside.file, "valion.yaml");
  EXPECT_TRUE(beside.rules.beside_settings);
  EXPECT_FALSE(beside.rules.identity);
  EXPECT_EQ(beside.rules.upload_limit, 5u);
  settings.gateway_routes = "routes.yaml";
  EXPECT_EQ(table_source(settings).file, "routes.yaml");
  EXPECT_FALSE(table_source(settings).rules.beside_settings);
}

TEST_F(ReloadTest, AStartWithABadFileIsRefused) {
  write(file_, "routes: 5\n");
  TableSource source;
  source.file = file_;
  EXPECT_FALSE(LiveTable::load(source));
  source.file = folder_ / "absent";
  EXPECT_THAT(LiveTable::load(source).error().message, HasSubstr("there is no such file"));
}

TEST_F(ReloadTest, FollowsAFileThatIsReplaced) {
  write(file_, table_of("first"));
  start();
  EXPECT_EQ(in_force(), "first");
  replace(table_of("second"));
  EXPECT_TRUE(becomes("second"));
  replace(table_of("third"));
  EXPECT_TRUE(becomes("third"));
  EXPECT_EQ(status().generation, 3u);
  EXPECT_THAT(logged(), HasSubstr("the route table is replaced"));
}

TEST_F(ReloadTest, FollowsAFileThatIsWrittenInPlaceOnceItsWriterHasClosedIt) {
  write(file_, table_of("first"));
  start();
  std::ofstream writer(file_);
  writer << "routes:\n  - {name: half" << std::flush;
  write(folder_ / "other", "events of other files mean nothing");
  EXPECT_FALSE(status().refusal) << "half a file is not looked at";
  writer << ", prefix: /, upstreams: 'http://127.0.0.1:1'}\n";
  writer.close();
  EXPECT_TRUE(becomes("half"));
  EXPECT_EQ(status().refusals, 0u);
}

TEST_F(ReloadTest, ABadFileLeavesTheTableAndSaysWhy) {
  write(file_, table_of("first"));
  start();
  replace("routes:\n  - {name: bad, prefix: nowhere, upstreams: 'http://127.0.0.1:9000'}\n");
  ASSERT_TRUE(is_refused(1));
  EXPECT_EQ(in_force(), "first");
  const TableStatus bad = status();
  ASSERT_TRUE(bad.refusal);
  EXPECT_THAT(told(*bad.refusal), HasSubstr("/routes/0/prefix: wants a path"));
  EXPECT_THAT(logged(), HasSubstr("the one before stays in force"));
  EXPECT_THAT(logged(), HasSubstr("routes.yaml:2"));
  replace(table_of("mended"));
  EXPECT_TRUE(becomes("mended"));
  EXPECT_FALSE(status().refusal);
  EXPECT_EQ(status().refusals, 1u);
}

TEST_F(ReloadTest, ARemovedFileLeavesTheTable) {
  write(file_, table_of("first"));
  start();
  std::filesystem::remove(file_);
  ASSERT_TRUE(is_refused(1));
  EXPECT_EQ(in_force(), "first");
  EXPECT_THAT(status().refusal->message, HasSubstr("there is no such file"));
  write(file_, table_of("back"));
  EXPECT_TRUE(becomes("back"));
}

TEST_F(ReloadTest, FollowsALinkThatIsSwappedAsKubernetesDoesIt) {
  for (const char* name : {"v1", "v2"}) {
    std::filesystem::create_directory(folder_ / name);
    write(folder_ / name / "routes.yaml", table_of(name));
  }
  std::filesystem::create_directory_symlink("v1", folder_ / "..data");
  std::filesystem::create_symlink("..data/routes.yaml", file_);
  start();
  EXPECT_EQ(in_force(), "v1");
  std::filesystem::create_directory_symlink("v2", folder_ / "..new");
  std::filesystem::rename(folder_ / "..new", folder_ / "..data");
  EXPECT_TRUE(becomes("v2"));
  write(folder_ / "v2" / "routes.yaml", table_of("edited"));
  EXPECT_TRUE(becomes("edited")) << "the folder of what it links to now is watched too";
}

TEST_F(ReloadTest, LooksWhenItHearsAHangUp) {
  write(file_, table_of("first"));
  start();
  std::raise(SIGHUP);
  EXPECT_TRUE(loop_.eventually([&] { return logged().find("as it was") != std::string::npos; }));
  EXPECT_EQ(status().generation, 1u);
  replace("routes: []\n");
  ASSERT_TRUE(is_refused(1));
  std::raise(SIGHUP);
  EXPECT_TRUE(loop_.eventually([&] {
    const std::string text = logged();
    const auto first = text.find("stays in force");
    return first != std::string::npos && text.find("stays in force", first + 1) != std::string::npos;
  })) << "whoever asks hears again what is wrong";
}

TEST_F(ReloadTest, WhatRunsKeepsItsTable) {
  write(file_, table_of("first"));
  start();
  const auto held = live_->current();
  const Route& route = *held->match("GET", "/x").route;
  std::string heard;
  live_->on_replaced([&](const RouteTable& table) { heard = table.routes()[0].name; });
  replace(table_of("second"));
  ASSERT_TRUE(becomes("second"));
  EXPECT_EQ(route.name, "first");
  EXPECT_EQ(heard, "second");
}

TEST_F(ReloadTest, ATableThatDoesNotFitTheProcessIsRefused) {
  write(file_, table_of("first"));
  TableSource source;
  source.file = file_;
  source.accept = [](const RouteTable& table) -> Result<void> {
    if (table.needs_registry()) return fail(ErrorKind::invalid, "there is no registry");
    return {};
  };
  auto live = LiveTable::load(source);
  ASSERT_TRUE(live);
  write(file_, "routes: [{name: a, prefix: /, service: ml_service}]");
  EXPECT_EQ(live->reload(), Reload::refused);
  EXPECT_THAT(live->status().refusal->message, HasSubstr("no registry"));
  EXPECT_EQ(live->reload(), Reload::unchanged) << "the same bytes say the same";
  EXPECT_EQ(live->status().refusals, 1u);
}

}  // namespace
}  // namespace valion::gateway

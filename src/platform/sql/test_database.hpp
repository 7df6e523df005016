// For tests: an empty database of either kind.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "platform/redis/private_server.hpp"
#include "platform/sql/private_postgresql.hpp"

namespace valion::testing {

enum class Engine { sqlite, postgresql };

inline std::string name_of(Engine engine) { return engine == Engine::sqlite ? "SQLite" : "PostgreSQL"; }
inline std::string name_of_case(const ::testing::TestParamInfo<Engine>& info) { return name_of(info.param); }

// Where PostgreSQL is not installed its cases fail.
class TestDatabase {
 public:
  explicit TestDatabase(Engine engine) {
    if (engine == Engine::postgresql) server_ = std::make_unique<PrivatePostgresql>();
  }
  [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "test.db"; }
  [[nodiscard]] std::string url() const { return server_ ? server_->url() : "sqlite:" + file().string(); }
  [[nodiscard]] const PrivatePostgresql& server() const { return *server_; }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<PrivatePostgresql> server_;
};

}  // namespace valion::testing

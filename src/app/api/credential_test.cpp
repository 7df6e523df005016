#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "app/api/api_client.hpp"
#include "platform/redis/private_server.hpp"

namespace valion::app {
namespace {

using ::testing::HasSubstr;

class CredentialTest : public ::testing::Test {
 protected:
  void write(const std::string& text) const {
    std::filesystem::create_directories(folder_.path() / "secrets");
    std::ofstream(folder_.path() / "secrets" / "cli.json") << text;
  }
  testing::TemporaryFolder folder_;
};

TEST_F(CredentialTest, IsReadWithItsNumberAndFromBeforeThereWasOne) {
  for (const char* text : {R"({"user":"cli","password":"p","format":1})", R"({"user":"cli","password":"p"})"}) {
    write(text);
    const auto credential = read_credential(folder_.path());
    ASSERT_TRUE(credential) << credential.error().message;
    EXPECT_EQ(credential->user, "cli");
    EXPECT_EQ(credential->password, "p");
  }
}

TEST_F(CredentialTest, OfANewerProgramIsRefusedByItsNumber) {
  write(R"({"key":"of another kind","format":5})");
  const auto refused = read_credential(folder_.path());
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("format 5"));
  EXPECT_THAT(refused.error().message, HasSubstr("up to 1"));
}

}  // namespace
}  // namespace valion::app

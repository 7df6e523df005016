#include "platform/auth/sealed_text.hpp"

#include <gtest/gtest.h>

#include "platform/redis/private_server.hpp"

namespace valion::auth {
namespace {

class SealedText : public ::testing::Test {
 protected:
  testing::TemporaryFolder folder_;
  SigningKey key_ = SigningKey::load_or_create(folder_.path() / "key");
  SigningKey other_ = SigningKey::load_or_create(folder_.path() / "other");
};

TEST_F(SealedText, IsReadBackByItsKeyForItsPurposeBesideItsText) {
  const std::string sealed = seal(key_, "purpose", "beside", "secret");
  EXPECT_EQ(unseal(key_, "purpose", "beside", sealed), "secret");
  EXPECT_FALSE(unseal(other_, "purpose", "beside", sealed));
  EXPECT_FALSE(unseal(key_, "another purpose", "beside", sealed));
  EXPECT_FALSE(unseal(key_, "purpose", "beside another", sealed));
  EXPECT_EQ(unseal(key_, "purpose", "", seal(key_, "purpose", "", "")), "");
}

TEST_F(SealedText, IsNeverTheSameTwice) { EXPECT_NE(seal(key_, "p", "", "x"), seal(key_, "p", "", "x")); }

TEST_F(SealedText, IsNotReadWhenChanged) {
  const std::string sealed = seal(key_, "purpose", "beside", "secret");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(unseal(key_, "purpose", "beside", changed)) << i;
  }
  for (const char* nothing : {"", "x", "not base64url!", "AAAA"}) {
    EXPECT_FALSE(unseal(key_, "purpose", "beside", nothing));
  }
}

}  // namespace
}  // namespace valion::auth

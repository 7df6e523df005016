// The round trip against a real S3 server (npm s3rver), with every signature checked by another signer; and what happens when a store is not well.
#include "platform/objects/s3_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "platform/http/loopback.hpp"
#include "platform/objects/open_object_store.hpp"
#include "platform/objects/private_s3.hpp"

namespace valion::s3 {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr std::size_t kPart = 5u << 20;
const Credentials kGood{testing::PrivateS3::kKey, testing::PrivateS3::kKey, ""};
const Patience kImpatient{3, 1ms, 5s, 5s};

// Bytes that do not repeat.
std::string many_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  std::uint32_t state = 1;
  for (char& byte : bytes) byte = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return bytes;
}

class S3StoreTest : public ::testing::Test {
 protected:
  S3Store store(const Credentials& credentials = kGood) const {
    return S3Store(*parse_s3_url(server_.url("some/prefix")), credentials, cache(), kImpatient, kPart);
  }
  [[nodiscard]] fs::path cache() const { return folder_.path() / "cache"; }
  void forget_copies() const {
    for (const auto& entry : fs::directory_iterator(cache())) fs::remove(entry.path());
  }

  testing::PrivateS3 server_;
  testing::TemporaryFolder folder_;
};

TEST_F(S3StoreTest, GivesBackWhatWasPut) {
  S3Store objects = store();
  for (const std::string& bytes : {std::string(), std::string("sales\n"), many_bytes(100'000)}) {
    const auto hash = objects.put(bytes);
    ASSERT_TRUE(hash) << hash.error().message;
    EXPECT_EQ(*hash, sha256(bytes));
    EXPECT_EQ(objects.contains(*hash), true);
    forget_copies();
    EXPECT_EQ(objects.get(*hash), bytes);
    EXPECT_EQ(sha256_of_file(*objects.path_of(*hash)), *hash);
  }
  EXPECT_EQ(objects.contains(sha256("unknown")), false);
  EXPECT_EQ(objects.get(sha256("unknown")).error().kind, ErrorKind::not_found);
  EXPECT_EQ(objects.path_of(Hash()).error().kind, ErrorKind::not_found);
}

TEST_F(S3StoreTest, SendsLargeObjectsInParts) {
  S3Store objects = store();
  const std::string bytes = many_bytes(2 * kPart + 12345);
  const auto hash = objects.put(bytes);
  ASSERT_TRUE(hash) << hash.error().message;
  forget_copies();
  EXPECT_TRUE(objects.get(*hash) == bytes);

  const fs::path file = folder_.path() / "upload";
  std::ofstream(file, std::ios::binary) << bytes << "more";
  const auto adopted = objects.adopt(file);
  ASSERT_TRUE(adopted) << adopted.error().message;
  EXPECT_FALSE(fs::exists(file));
  forget_copies();
  EXPECT_TRUE(objects.get(*adopted) == bytes + "more");
}

TEST_F(S3StoreTest, ListsAndRemovesItsObjects) {
  S3Store objects = store();
  S3Store neighbour(*parse_s3_url(server_.url("some/prefix2")), kGood, cache(), kImpatient);
  const Hash first = *objects.put("first");
  const Hash second = *objects.put("the second");
  ASSERT_TRUE(neighbour.put("not ours"));
  std::map<Hash, std::uint64_t> sizes;
  const auto listed = objects.list([&](const StoredObject& object) -> Result<void> {
    sizes.emplace(object.hash, object.bytes);
    return {};
  });
  ASSERT_TRUE(listed) << listed.error().message;
  EXPECT_EQ(sizes, (std::map<Hash, std::uint64_t>{{first, 5}, {second, 10}}));

  const auto now = std::chrono::system_clock::now();
  EXPECT_EQ(objects.remove_if_older(first, now - 1h), false) << "somebody may be about to refer to it";
  EXPECT_EQ(objects.remove_if_older(first, now + 1h), true);
  EXPECT_EQ(objects.get(first).error().kind, ErrorKind::not_found) << "the copy went with it";
  EXPECT_EQ(objects.get(second), "the second");
}

TEST_F(S3StoreTest, NoticesDamageThereAndHere) {
  S3Store objects = store();
  const Hash hash = *objects.put("the true bytes");
  const fs::path copy = *objects.path_of(hash);
  fs::permissions(copy, fs::perms::owner_all);
  std::ofstream(copy) << "a false copy";
  EXPECT_EQ(objects.get(hash), "the true bytes") << "fetched again";

  for (const auto& entry : fs::recursive_directory_iterator(server_.data())) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(hash.text()) && name.ends_with("_object")) std::ofstream(entry.path()) << "the false bytes";
  }
  forget_copies();
  EXPECT_THAT(objects.get(hash).error().message, HasSubstr("damaged in S3"));
  EXPECT_TRUE(fs::is_empty(cache())) << "nothing damaged is kept";
}

TEST_F(S3StoreTest, SaysWhyItIsRefused) {
  S3Store objects = store({testing::PrivateS3::kKey, "another secret", ""});
  const auto refused = objects.put("sales");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::internal);
  EXPECT_THAT(objects.list([](const StoredObject&) { return Result<void>(); }).error().message,
              HasSubstr("SignatureDoesNotMatch"));
  S3Store elsewhere(*parse_s3_url("s3://nowhere?endpoint=" + server_.endpoint()), kGood, cache(), kImpatient);
  EXPECT_FALSE(elsewhere.put("sales"));
}

TEST_F(S3StoreTest, SaysThatTheStoreIsGone) {
  S3Store objects = store();
  const Hash hash = *objects.put("sales");
  server_.stop();
  EXPECT_EQ(objects.get(hash), "sales") << "from its copy";
  EXPECT_EQ(objects.contains(hash).error().kind, ErrorKind::unavailable);
  EXPECT_EQ(objects.put("more").error().kind, ErrorKind::unavailable);
}

TEST_F(S3StoreTest, IsWhatTheSettingsName) {
  Settings settings;
  settings.home = folder_.path();
  settings.objects_url = server_.url("all");
  EXPECT_THAT([&] { static_cast<void>(open_object_store(settings, "ml_service")); },
              ::testing::ThrowsMessage<std::runtime_error>(HasSubstr("secrets/s3")));
  fs::create_directories(folder_.path() / "secrets");
  std::ofstream(folder_.path() / "secrets" / "s3") << "S3RVER\nS3RVER\n";
  EXPECT_THAT([&] { static_cast<void>(open_object_store(settings, "ml_service")); },
              ::testing::ThrowsMessage<std::runtime_error>(HasSubstr("chmod 600")));
  fs::permissions(folder_.path() / "secrets" / "s3", fs::perms::owner_read | fs::perms::owner_write);
  const auto models = open_object_store(settings, "ml_service");
  const auto reports = open_object_store(settings, "reporting_service");
  const Hash hash = *models->put("a model");
  EXPECT_EQ(reports->contains(hash), false) << "each service has its own";
  settings.objects_url.clear();
  EXPECT_EQ(open_object_store(settings, "ml_service")->contains(hash), false);
}

TEST(S3OverTls, TrustsOnlyWhomItIsTold) {
  const testing::PrivateS3 server(true);
  const testing::TemporaryFolder folder;
  S3Store objects(*parse_s3_url(server.url("")), kGood, folder.path(), kImpatient);
  const auto hash = objects.put("secret sales");
  ASSERT_TRUE(hash) << hash.error().message;
  EXPECT_EQ(objects.contains(*hash), true);
  const S3Store stranger(*parse_s3_url("s3://valion?endpoint=" + server.endpoint()), kGood, folder.path(), kImpatient);
  EXPECT_EQ(stranger.contains(*hash).error().kind, ErrorKind::unavailable);
}

// A store that answers what it is told, one connection after the other.
class ScriptedStore {
 public:
  explicit ScriptedStore(std::vector<std::string> answers) : acceptor_(context_, {asio::ip::tcp::v4(), 0}) {
    thread_ = std::jthread([this, lines = std::move(answers)] {
      for (const std::string& line : lines) {
        http::loopback::Peer peer(acceptor_);
        heads_.push_back(peer.hear_until("\r\n\r\n"));
        peer.say("HTTP/1.1 " + line + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      }
    });
  }
  [[nodiscard]] S3Place place() const {
    return *parse_s3_url("s3://b?endpoint=http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()));
  }
  const std::vector<std::string>& heads() {
    if (thread_.joinable()) thread_.join();
    return heads_;
  }

 private:
  asio::io_context context_;
  asio::ip::tcp::acceptor acceptor_;
  std::vector<std::string> heads_;
  std::jthread thread_;
};

TEST(S3Connection, TriesAgainWhileTheStoreIsBusy) {
  ScriptedStore store({"503 Slow Down", "500 Internal Error", "200 OK"});
  const Connection connection(store.place(), kGood, {5, 1ms, 5s, 5s});
  const auto answer = connection.send({"DELETE", "a key", {}, {}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  ASSERT_EQ(store.heads().size(), 3u);
  EXPECT_THAT(store.heads()[2], HasSubstr("DELETE /b/a%20key HTTP/1.1"));
}

TEST(S3Connection, GivesUpAfterSomeTime) {
  ScriptedStore store({"503 Slow Down", "503 Slow Down"});
  const Connection connection(store.place(), kGood, {2, 1ms, 5s, 5s});
  const auto answer = connection.send({"GET", "k", {}, {}});
  EXPECT_EQ(answer.error().kind, ErrorKind::unavailable);
  EXPECT_THAT(answer.error().message, HasSubstr("503"));
  EXPECT_EQ(store.heads().size(), 2u);
}

TEST(S3Connection, DoesNotRepeatWhatIsRefused) {
  ScriptedStore store({"403 Forbidden"});
  const Connection connection(store.place(), {"id", "secret", "a token"}, {5, 1ms, 5s, 5s});
  EXPECT_EQ(connection.send({"GET", "k", {}, {}})->status, 403);
  EXPECT_THAT(store.heads()[0], HasSubstr("x-amz-security-token: a token"));
  EXPECT_THAT(store.heads()[0], HasSubstr("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token"));
}

}  // namespace
}  // namespace valion::s3

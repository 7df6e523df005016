#include "platform/objects/directory_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <thread>
#include <vector>

namespace valion {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

class DirectoryStoreTest : public ::testing::Test {
 protected:
  DirectoryStoreTest() {
    std::string name = (fs::temp_directory_path() / "valion-objects-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~DirectoryStoreTest() override { fs::remove_all(folder_); }

  [[nodiscard]] fs::path root() const { return folder_ / "objects"; }
  fs::path file_holding(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }
  static mode_t mode_of(const fs::path& path) {
    struct stat status {};
    ::stat(path.c_str(), &status);
    return status.st_mode & 07777;
  }
  [[nodiscard]] std::set<std::string> incoming() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(root() / "incoming"))
      names.insert(entry.path().filename().string());
    return names;
  }

  fs::path folder_;
};

TEST(Sha256, AgreesWithThePublishedVectors) {
  // FIPS 180-4, as in NIST's example values.
  EXPECT_EQ(sha256("").text(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc").text(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq").text(),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string(1'000'000, 'a')).text(),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_F(DirectoryStoreTest, GivesBackWhatWasPut) {
  DirectoryStore store(root());
  for (const std::string& bytes : {std::string(), std::string("sales\n"), std::string(3u << 20, '\0')}) {
    const auto hash = store.put(bytes);
    ASSERT_TRUE(hash) << hash.error().message;
    EXPECT_EQ(*hash, sha256(bytes));
    EXPECT_EQ(*store.get(*hash), bytes);
    EXPECT_EQ(store.contains(*hash), true);
    EXPECT_EQ(*sha256_of_file(*store.path_of(*hash)), *hash);
  }
  EXPECT_THAT(incoming(), IsEmpty());
}

TEST_F(DirectoryStoreTest, IsForItsOwnerAlone) {
  DirectoryStore store(root());
  const auto hash = store.put("private");
  EXPECT_EQ(mode_of(root()), 0700u);
  EXPECT_EQ(mode_of(store.path_of(*hash)->parent_path()), 0700u);
  EXPECT_EQ(mode_of(*store.path_of(*hash)), 0400u);
  EXPECT_EQ(store.path_of(*hash)->parent_path().filename(), hash->text().substr(0, 2));
}

TEST_F(DirectoryStoreTest, AdoptsAFile) {
  DirectoryStore store(root());
  const std::string bytes(5u << 20, 'x');
  const fs::path file = file_holding("upload", bytes);
  const auto hash = store.adopt(file);
  ASSERT_TRUE(hash) << hash.error().message;
  EXPECT_EQ(*hash, sha256(bytes));
  EXPECT_FALSE(fs::exists(file));
  EXPECT_EQ(*store.get(*hash), bytes);

  const fs::path again = file_holding("upload", bytes);  // what is known already is adopted all the same
  EXPECT_EQ(*store.adopt(again), *hash);
  EXPECT_FALSE(fs::exists(again));
}

TEST_F(DirectoryStoreTest, AdoptsOnlyRegularFiles) {
  DirectoryStore store(root());
  EXPECT_EQ(store.adopt(folder_ / "nothing").error().kind, ErrorKind::not_found);
  EXPECT_FALSE(store.adopt(root()));
  const fs::path secret = file_holding("secret", "secret");
  fs::create_symlink(secret, folder_ / "link");
  EXPECT_FALSE(store.adopt(folder_ / "link"));
  EXPECT_TRUE(fs::exists(secret));
}

TEST_F(DirectoryStoreTest, SaysWhatItDoesNotHave) {
  const DirectoryStore store(root());
  const Hash unknown = sha256("unknown");
  EXPECT_EQ(store.contains(unknown), false);
  EXPECT_EQ(store.contains(Hash{}), false);
  EXPECT_EQ(store.get(unknown).error().kind, ErrorKind::not_found);
  EXPECT_EQ(store.path_of(Hash{}).error().kind, ErrorKind::not_found);
  EXPECT_EQ(sha256_of_file(folder_ / "nothing").error().kind, ErrorKind::not_found);
}

TEST_F(DirectoryStoreTest, NoticesDamageAndIsHealedByPuttingAgain) {
  DirectoryStore store(root());
  const auto hash = store.put("the true bytes");
  const fs::path path = *store.path_of(*hash);
  fs::permissions(path, fs::perms::owner_all);
  std::ofstream(path, std::ios::binary) << "the false bytes";
  const auto damaged = store.get(*hash);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().kind, ErrorKind::internal);
  EXPECT_THAT(damaged.error().message, HasSubstr("damaged"));
  EXPECT_EQ(*store.put("the true bytes"), *hash);
  EXPECT_EQ(*store.get(*hash), "the true bytes");
}

TEST_F(DirectoryStoreTest, RemovesOnlyTheTemporariesOfTheLongDead) {
  { const DirectoryStore store(root()); }
  std::ofstream(root() / "incoming" / "put-old") << "half";
  std::ofstream(root() / "incoming" / "put-new") << "half";
  fs::last_write_time(root() / "incoming" / "put-old", fs::file_time_type::clock::now() - 2h);
  const DirectoryStore store(root());
  EXPECT_EQ(incoming(), std::set<std::string>{"put-new"});
}

TEST_F(DirectoryStoreTest, ServesManyWritersOfTheSameBytes) {
  DirectoryStore store(root());
  std::vector<std::thread> writers;
  std::vector<std::string> failures(8);
  for (std::size_t i = 0; i < failures.size(); ++i) {
    writers.emplace_back([&, i] {
      DirectoryStore own(root());
      for (int n = 0; n < 20; ++n) {
        const std::string bytes = "shared " + std::to_string(n);
        const auto hash = own.put(bytes);
        if (!hash || own.get(*hash) != bytes) failures[i] = "object " + std::to_string(n);
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_THAT(failures, ::testing::Each(""));
  EXPECT_THAT(incoming(), IsEmpty());
}

TEST_F(DirectoryStoreTest, ListsItsObjects) {
  DirectoryStore store(root());
  const Hash first = *store.put("first");
  const Hash second = *store.put("the second");
  std::ofstream(root() / "incoming" / "put-half") << "half";
  std::map<Hash, std::uint64_t> sizes;
  ASSERT_TRUE(store.list([&](const StoredObject& object) -> Result<void> {
    EXPECT_LT(std::chrono::system_clock::now() - object.written, 1min);
    sizes.emplace(object.hash, object.bytes);
    return {};
  }));
  EXPECT_EQ(sizes, (std::map<Hash, std::uint64_t>{{first, 5}, {second, 10}}));
  const auto stopped = store.list([](const StoredObject&) -> Result<void> { return fail(ErrorKind::cancelled, "no"); });
  EXPECT_EQ(stopped.error().kind, ErrorKind::cancelled);
}

TEST_F(DirectoryStoreTest, RemovesWhatIsOlderAndNotWhatWasPutAgain) {
  DirectoryStore store(root());
  const Hash hash = *store.put("sales");
  fs::last_write_time(*store.path_of(hash), fs::file_time_type::clock::now() - 48h);
  const auto yesterday = std::chrono::system_clock::now() - 24h;
  ASSERT_EQ(*store.put("sales"), hash);  // somebody is about to refer to it
  EXPECT_EQ(store.remove_if_older(hash, yesterday), false);
  EXPECT_EQ(*store.get(hash), "sales");

  fs::last_write_time(*store.path_of(hash), fs::file_time_type::clock::now() - 48h);
  EXPECT_EQ(store.remove_if_older(hash, yesterday), true);
  EXPECT_EQ(store.contains(hash), false);
  EXPECT_EQ(store.remove_if_older(hash, yesterday), false) << "gone already";
}

TEST_F(DirectoryStoreTest, WritersNeverLoseWhatTheCollectorRemoves) {
  DirectoryStore store(root());
  std::atomic<bool> done = false;
  std::thread collector([&] {
    DirectoryStore own(root());
    // Everything is old for it but what was put within the last second.
    while (!done) {
      static_cast<void>(own.list([&](const StoredObject& object) -> Result<void> {
        VALION_TRY(own.remove_if_older(object.hash, std::chrono::system_clock::now() - 1s));
        return {};
      }));
    }
  });
  int lost = 0;
  for (int round = 0; round < 300; ++round) {
    const Hash hash = *store.put("shared " + std::to_string(round % 3));
    if (!store.get(hash)) ++lost;
    fs::last_write_time(*store.path_of(hash), fs::file_time_type::clock::now() - 1h);  // nobody refers to it
  }
  done = true;
  collector.join();
  EXPECT_EQ(lost, 0);
}

TEST_F(DirectoryStoreTest, NeverShowsHalfAnObjectOfAKilledProcess) {
  { const DirectoryStore store(root()); }
  const std::string bytes(64u << 20, 'k');
  const pid_t writer = fork();
  if (writer == 0) {
    DirectoryStore store(root());
    static_cast<void>(store.put(bytes));
    _exit(0);
  }
  // Kill it as soon as it has begun to write; if it was quicker, the object is there and whole.
  for (int i = 0; i < 100'000 && incoming().empty(); ++i) std::this_thread::yield();
  kill(writer, SIGKILL);
  int status = 0;
  waitpid(writer, &status, 0);
  const DirectoryStore store(root());
  const auto read = store.get(sha256(bytes));
  EXPECT_TRUE(read ? *read == bytes : read.error().kind == ErrorKind::not_found);
}

}  // namespace
}  // namespace valion

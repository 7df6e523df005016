// Backups and the collector on a home made by hand; tests/functional/backup_test.cpp does it with a running system.
#include "app/backup/backup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "app/backup/collection.hpp"
#include "app/backup/collection_lock.hpp"
#include "app/backup/tar.hpp"
#include "platform/objects/directory_store.hpp"
#include "platform/redis/private_server.hpp"
#include "platform/service/keeps_objects.hpp"
#include "platform/sql/text_column.hpp"

namespace valion::app {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

std::string slurp(const fs::path& file) {
  std::ifstream input(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(input), {}};
}

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  ::stat(path.c_str(), &status);
  return status.st_mode & 07777;
}

// A home in which ml_service keeps models, one of them referred to.
class BackupTest : public ::testing::Test {
 protected:
  BackupTest() {
    settings_.home = folder_.path() / "home";
    fs::create_directories(settings_.home / "services" / "ml_service");
    fs::create_directories(settings_.home / "secrets");
    std::ofstream(settings_.home / "secrets" / "internal.key") << "secret";
    sql::Database database(catalogue());
    database.migrate("test", {{"models", "create table kept (model text not null)"}});
    kept_ = *store().put("a model that is referred to");
    EXPECT_TRUE(database.transact([&](soci::session& session) {
      const std::string text = kept_.text();
      session << "insert into kept values (:model)", soci::use(text);
      return true;
    }));
  }

  [[nodiscard]] std::string catalogue() const { return catalogue_in(settings_.home); }
  static std::string catalogue_in(const fs::path& home) {
    return "sqlite:" + (home / "services" / "ml_service" / "catalogue.db").string();
  }
  [[nodiscard]] DirectoryStore store() const { return store_in(settings_.home); }
  static DirectoryStore store_in(const fs::path& home) {
    return DirectoryStore(home / "services" / "ml_service" / "objects");
  }
  [[nodiscard]] fs::path target(const std::string& name) const { return folder_.path() / name; }
  [[nodiscard]] Settings new_home() const {
    Settings settings;
    settings.home = folder_.path() / "new";
    return settings;
  }
  void expect_restored(const fs::path& source) const {
    const Settings settings = new_home();
    const auto restored = restore_backup(settings, source);
    ASSERT_TRUE(restored) << restored.error().message;
    EXPECT_EQ(store_in(settings.home).get(kept_), "a model that is referred to");
    sql::Database database(catalogue_in(settings.home), 1);
    EXPECT_THAT(*sql::read_texts(database, "select model from kept"), ElementsAre(kept_.text()));
    EXPECT_EQ(mode_of(settings.home), 0700u);
    EXPECT_EQ(mode_of(settings.home / "services" / "ml_service" / "catalogue.db"), 0600u);
    fs::remove_all(settings.home);
  }

  testing::TemporaryFolder folder_;
  Settings settings_;
  Hash kept_;
};

TEST_F(BackupTest, ComesBackFromAFolderAndFromOneFile) {
  for (const char* name : {"backup", "backup.tar"}) {
    const auto made = make_backup(settings_, target(name), {});
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->database, "sqlite");
    expect_restored(target(name));
  }
  EXPECT_EQ(mode_of(target("backup.tar")), 0600u);
  EXPECT_EQ(mode_of(target("backup")), 0700u);
}

TEST_F(BackupTest, HoldsSecretsOnlyWhenAsked) {
  ASSERT_TRUE(make_backup(settings_, target("without"), {}));
  EXPECT_FALSE(fs::exists(target("without") / "files" / "secrets"));
  ASSERT_TRUE(make_backup(settings_, target("with"), {true}));
  ASSERT_TRUE(restore_backup(new_home(), target("with")));
  EXPECT_EQ(slurp(new_home().home / "secrets" / "internal.key"), "secret");
  EXPECT_EQ(mode_of(new_home().home / "secrets" / "internal.key"), 0600u);
}

TEST_F(BackupTest, HoldsOneDatabaseForAllServices) {
  settings_.database_url = "sqlite:" + (folder_.path() / "shared.db").string();
  sql::Database(settings_.database_url, 1).migrate("test", {{"one", "create table one (n integer)"}});
  ASSERT_TRUE(make_backup(settings_, target("backup"), {}));
  Settings settings = new_home();
  EXPECT_THAT(restore_backup(settings, target("backup")).error().message, HasSubstr("`sqlite file`"));
  settings.database_url = settings_.database_url;
  EXPECT_EQ(restore_backup(settings, target("backup")).error().kind, ErrorKind::conflict) << "it is there";
  settings.database_url = "sqlite:" + (folder_.path() / "another.db").string();
  const auto restored = restore_backup(settings, target("backup"));
  ASSERT_TRUE(restored) << restored.error().message;
  sql::Database database(settings.database_url, 1);
  EXPECT_TRUE(sql::read_texts(database, "select name from schema_migrations where scope = 'test'")->size() == 1);
}

TEST_F(BackupTest, NeverWritesOverAnything) {
  ASSERT_TRUE(make_backup(settings_, target("backup"), {}));
  EXPECT_EQ(make_backup(settings_, target("backup"), {}).error().kind, ErrorKind::conflict);
  EXPECT_EQ(restore_backup(settings_, target("backup")).error().kind, ErrorKind::conflict);
  EXPECT_EQ(store().get(kept_), "a model that is referred to");
  fs::create_directories(new_home().home);
  EXPECT_TRUE(restore_backup(new_home(), target("backup"))) << "an empty folder is no home in use";
}

TEST_F(BackupTest, IsCheckedBeforeAnythingIsRestored) {
  ASSERT_TRUE(make_backup(settings_, target("backup"), {}));
  std::ofstream(target("backup") / "objects" / "ml_service" / kept_.text()) << "another model";
  const auto damaged = restore_backup(new_home(), target("backup"));
  EXPECT_EQ(damaged.error().kind, ErrorKind::malformed);
  EXPECT_THAT(damaged.error().message, HasSubstr(kept_.text()));
  fs::remove(target("backup") / "objects" / "ml_service" / kept_.text());
  EXPECT_THAT(restore_backup(new_home(), target("backup")).error().message, HasSubstr("lacks"));
  EXPECT_FALSE(fs::exists(new_home().home));
}

TEST_F(BackupTest, OfANewerProgramIsRefusedByItsNumber) {
  ASSERT_TRUE(make_backup(settings_, target("backup"), {}));
  std::ofstream(target("backup") / "manifest.json") << R"({"format":2,"something":"else"})";
  const auto refused = restore_backup(new_home(), target("backup"));
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("format 2"));
  EXPECT_THAT(refused.error().message, HasSubstr("up to 1"));
}

TEST_F(BackupTest, NeverLeadsOutOfItsFolder) {
  ASSERT_TRUE(make_backup(settings_, target("backup"), {}));
  for (const char* path : {"files/../../../etc/passwd", "/etc/passwd", ""}) {
    BackupManifest manifest;
    manifest.files.push_back({path, 1, sha256("x")});
    ASSERT_TRUE(write_manifest(target("backup"), manifest));
    EXPECT_EQ(restore_backup(new_home(), target("backup")).error().kind, ErrorKind::malformed) << path;
  }
}

TEST_F(BackupTest, WaitsForNoCollectorAndLetsNoneIn) {
  const auto collecting = lock_collection(settings_.home, true);
  ASSERT_TRUE(collecting);
  EXPECT_EQ(make_backup(settings_, target("backup"), {}).error().kind, ErrorKind::conflict);
}

TEST(Tar, HoldsWhatTheFolderHeld) {
  const testing::TemporaryFolder folder;
  const fs::path from = folder.path() / "from", to = folder.path() / "to";
  const std::string long_name = std::string(90, 'a') + "/" + std::string(98, 'b');
  fs::create_directories(from / std::string(90, 'a'));
  fs::create_directories(to);
  std::map<std::string, std::string> files{
      {"empty", ""}, {"block", std::string(512, 'x')}, {"odd", std::string(1'500'000, 'y')}, {long_name, "deep"}};
  for (const auto& [name, bytes] : files) std::ofstream(from / name) << bytes;
  ASSERT_TRUE(pack_folder(from, folder.path() / "a.tar"));
  const auto unpacked = unpack_archive(folder.path() / "a.tar", to);
  ASSERT_TRUE(unpacked) << unpacked.error().message;
  for (const auto& [name, bytes] : files) EXPECT_EQ(slurp(to / name), bytes) << name;
  EXPECT_EQ(std::system(("tar -tf " + (folder.path() / "a.tar").string() + " > /dev/null").c_str()), 0);
}

TEST(Tar, DamagedIsAnErrorAndNeverWritesOutside) {
  const testing::TemporaryFolder folder;
  fs::create_directories(folder.path() / "from");
  std::ofstream(folder.path() / "from" / "x") << "y";
  ASSERT_TRUE(pack_folder(folder.path() / "from", folder.path() / "a.tar"));
  const std::string whole = slurp(folder.path() / "a.tar");
  const auto unpack = [&](const std::string& bytes) {
    std::ofstream(folder.path() / "b.tar", std::ios::binary) << bytes;
    fs::remove_all(folder.path() / "to");
    fs::create_directories(folder.path() / "to");
    return unpack_archive(folder.path() / "b.tar", folder.path() / "to");
  };
  for (const std::size_t size : {std::size_t{0}, std::size_t{100}, std::size_t{512}, std::size_t{700}}) {
    EXPECT_FALSE(unpack(whole.substr(0, size))) << size;
  }
  for (std::size_t at = 0; at < 512; at += 3) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    static_cast<void>(unpack(damaged));
  }
  EXPECT_EQ(
      std::system(("cd " + folder.path().string() + " && tar --format=ustar -P -cf out.tar ../$(basename $PWD)/from/x")
                      .c_str()),
      0);
  EXPECT_EQ(unpack(slurp(folder.path() / "out.tar")).error().kind, ErrorKind::malformed);
}

// Refers to what its table `kept` says; without a table it cannot say.
class ModelKeeper final : public BaseService, public KeepsObjects {
 public:
  [[nodiscard]] std::string_view name() const override { return "ml_service"; }
  void routes(http::Router&) override {}
  [[nodiscard]] Result<std::set<Hash>> referenced_objects(sql::Database& catalogue) const override {
    VALION_TRY_ASSIGN(const auto models, sql::read_texts(catalogue, "select model from kept"));
    return as_hashes(models);
  }
};

std::unique_ptr<BaseService> make_keeper(std::string_view name) {
  return name == "ml_service" ? std::make_unique<ModelKeeper>() : nullptr;
}

class CollectionTest : public BackupTest {
 protected:
  Hash old_object(const std::string& bytes) {
    const Hash hash = *store().put(bytes);
    age(*store().path_of(hash));
    return hash;
  }
  static void age(const fs::path& file) { fs::last_write_time(file, fs::file_time_type::clock::now() - 24h * 40); }
  std::int64_t freed(const CollectionReport& report, const std::string& what) {
    for (const Freed& freed : report.freed) {
      if (freed.what == what) return freed.count;
    }
    return 0;
  }
};

TEST_F(CollectionTest, TakesOnlyWhatIsOldAndNobodyRefersTo) {
  age(*store().path_of(kept_));
  const Hash orphan = old_object("an orphan");
  const Hash young = *store().put("about to be referred to");
  const auto dry = collect(settings_, true, make_keeper);
  ASSERT_TRUE(dry) << dry.error().message;
  EXPECT_EQ(freed(*dry, "objects of ml_service"), 1);
  EXPECT_EQ(store().contains(orphan), true) << "a dry run takes nothing";

  const auto report = collect(settings_, false, make_keeper);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(freed(*report, "objects of ml_service"), 1);
  EXPECT_EQ(store().contains(orphan), false);
  EXPECT_EQ(store().contains(young), true);
  EXPECT_EQ(store().contains(kept_), true);
  EXPECT_EQ(freed(*collect(settings_, false, make_keeper), "objects of ml_service"), 0);
}

TEST_F(CollectionTest, TakesHalfUploadsAndUnusedCopies) {
  const fs::path upload = settings_.home / "services" / "ml_service" / "incoming" / "half";
  const fs::path copy = settings_.home / "cache" / "datasets" / "old.arrow";
  const fs::path used = settings_.home / "cache" / "datasets" / "used.arrow";
  fs::create_directories(upload.parent_path());
  fs::create_directories(copy.parent_path());
  for (const fs::path& file : {upload, copy, used}) std::ofstream(file) << "bytes";
  age(upload);
  age(copy);
  const auto report = collect(settings_, false, make_keeper);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(freed(*report, "half uploads of ml_service"), 1);
  EXPECT_EQ(freed(*report, "cached copies"), 1);
  EXPECT_FALSE(fs::exists(upload));
  EXPECT_FALSE(fs::exists(copy));
  EXPECT_TRUE(fs::exists(used));
}

TEST_F(CollectionTest, TakesNothingWhenTheReferencesCannotBeRead) {
  const Hash orphan = old_object("an orphan");
  sql::Database database(catalogue(), 1);
  ASSERT_TRUE(database.transact([](soci::session& session) {
    session << "insert into kept values ('not a hash')";
    return true;
  }));
  EXPECT_FALSE(collect(settings_, false, make_keeper));
  EXPECT_EQ(store().contains(orphan), true);
}

TEST_F(CollectionTest, RunsAlone) {
  const auto backing_up = lock_collection(settings_.home, false);
  ASSERT_TRUE(backing_up);
  EXPECT_EQ(collect(settings_, false, make_keeper).error().kind, ErrorKind::conflict);
}

}  // namespace
}  // namespace valion::app

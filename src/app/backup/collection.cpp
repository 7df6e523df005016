#include "app/backup/collection.hpp"

#include <chrono>
#include <filesystem>
#include <set>

#include "app/backup/collection_lock.hpp"
#include "app/service_list.hpp"
#include "base/date.hpp"
#include "platform/jobs/jobs.hpp"
#include "platform/objects/open_object_store.hpp"
#include "platform/service/keeps_objects.hpp"

namespace valion::app {
namespace {

namespace fs = std::filesystem;
using Moment = std::chrono::system_clock::time_point;

constexpr std::chrono::hours kDay{24};

class Collecting {
 public:
  Collecting(const Settings& settings, bool dry_run, const MakeService& make)
      : settings_(settings), make_(make), oldest_(std::chrono::system_clock::now() - settings.retention_grace) {
    report_.dry_run = dry_run;
  }

  Result<CollectionReport> collect() {
    for (const ServiceEntry& service : service_list()) {
      const std::string name(service.name);
      VALION_TRY(collect_objects(name));
      const fs::path folder = settings_.home / "services" / name;
      collect_files("half uploads of " + name, {folder / "incoming", folder / "objects" / "incoming"},
                    settings_.retention_grace);
    }
    collect_files("cached copies", {settings_.home / "cache"}, kDay * settings_.retention_cache_days);
    VALION_TRY(collect_jobs());
    return std::move(report_);
  }

 private:
  // Where the service keeps its catalogue; nothing when it never ran here.
  [[nodiscard]] std::optional<std::string> catalogue_of(const std::string& service) const {
    if (!settings_.database_url.empty()) return settings_.database_url;
    const fs::path file = settings_.home / "services" / service / "catalogue.db";
    if (!fs::exists(file)) return std::nullopt;
    return "sqlite:" + file.string();
  }

  // The old ones are noted before the references are read, so that a reference made meanwhile counts; one made after that is to
  // an object that was put again, whose time is then no longer old.
  Result<void> collect_objects(const std::string& service) {
    const auto catalogue = catalogue_of(service);
    if (!catalogue) return {};
    const auto maker = make_(service);
    const auto* keeper = dynamic_cast<const KeepsObjects*>(maker.get());
    if (keeper == nullptr) return {};
    const auto store = open_object_store(settings_, service);
    std::vector<StoredObject> old;
    VALION_TRY(store->list([&](const StoredObject& object) -> Result<void> {
      if (object.written < oldest_) old.push_back(object);
      return {};
    }));
    sql::Database database(*catalogue, 1);
    VALION_TRY_ASSIGN(const std::set<Hash> referenced, keeper->referenced_objects(database));
    Freed freed{"objects of " + service};
    for (const StoredObject& object : old) {
      if (referenced.contains(object.hash)) continue;
      bool gone = report_.dry_run;
      if (!report_.dry_run) {
        VALION_TRY_ASSIGN(gone, store->remove_if_older(object.hash, oldest_));
      }
      if (!gone) continue;
      ++freed.count;
      freed.bytes += static_cast<std::int64_t>(object.bytes);
    }
    report_.freed.push_back(std::move(freed));
    return {};
  }

  // A file that cannot be removed, or went by itself, is left for the next time.
  void collect_files(const std::string& what, const std::vector<fs::path>& folders, std::chrono::hours age) {
    Freed freed{what};
    const auto oldest = fs::file_time_type::clock::now() - age;
    for (const fs::path& folder : folders) {
      std::error_code error;
      for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        std::error_code ignored;
        if (!entry->is_regular_file(ignored) || entry->is_symlink(ignored)) continue;
        const auto bytes = entry->file_size(ignored);
        const auto used = entry->last_write_time(ignored);
        if (ignored || used >= oldest) continue;
        if (!report_.dry_run && !fs::remove(entry->path(), ignored)) continue;
        ++freed.count;
        freed.bytes += static_cast<std::int64_t>(bytes);
      }
    }
    if (freed.count > 0) report_.freed.push_back(std::move(freed));
  }

  Result<void> collect_jobs() {
    const fs::path file = settings_.home / "db" / "jobs.db";
    if (settings_.database_url.empty() && !fs::exists(file)) return {};
    sql::Database database(settings_.database_url.empty() ? "sqlite:" + file.string() : settings_.database_url, 1);
    const std::chrono::hours age = kDay * settings_.retention_jobs_days;
    if (report_.dry_run) {
      VALION_TRY_ASSIGN(const int count, jobs::count_ended_jobs(database, age));
      report_.freed.push_back({"ended jobs", count, 0});
      return {};
    }
    VALION_TRY_ASSIGN(const int count, jobs::delete_ended_jobs(database, age));
    report_.freed.push_back({"ended jobs", count, 0});
    return {};
  }

  const Settings& settings_;
  const MakeService& make_;
  Moment oldest_;
  CollectionReport report_;
};

}  // namespace

Result<CollectionReport> collect(const Settings& settings, bool dry_run, const MakeService& make) {
  if (!fs::exists(settings.home)) return fail(ErrorKind::not_found, "there is no system in " + settings.home.string());
  VALION_TRY_ASSIGN(const auto lock, lock_collection(settings.home, true));
  return Collecting(settings, dry_run, make).collect();
}

}  // namespace valion::app

#include "services/data_processing/version_store.hpp"

#include <chrono>
#include <cstdlib>
#include <utility>

#include "base/date.hpp"
#include "base/format_number.hpp"
#include "platform/json/described.hpp"
#include "services/data_processing/views.hpp"
#include "storage/arrow_ipc.hpp"

namespace valion::data {
namespace {

// Keys of the Arrow file's metadata: everything that made the version, nothing that depends on when and by whom.
constexpr const char* kName = "valion.name";
constexpr const char* kTarget = "valion.target";
constexpr const char* kParent = "valion.parent";
constexpr const char* kNote = "valion.note";
constexpr const char* kSource = "valion.source";  // JSON
constexpr const char* kSteps = "valion.steps";    // JSON, the cleaning log
constexpr const char* kStepsFormat = "valion.steps.format";
constexpr std::int64_t kKnownStepsFormat = 1;

storage::TableMetadata metadata_of(const Draft& draft) {
  storage::TableMetadata metadata{{kName, draft.name},
                                  {kTarget, draft.target},
                                  {kNote, draft.note},
                                  {kSteps, json::encode(draft.steps)},
                                  {kStepsFormat, std::to_string(kKnownStepsFormat)}};
  if (draft.parent) metadata.emplace(kParent, draft.parent->text());
  if (draft.source) metadata.emplace(kSource, json::encode(*draft.source));
  return metadata;
}

contracts::DatasetVersion describe(const Draft& draft, const Hash& version, const std::string& created_at) {
  contracts::DatasetVersion description;
  description.version = version;
  description.parent = draft.parent;
  description.name = draft.name;
  description.target = draft.target;
  description.note = draft.note;
  description.rows = static_cast<std::int64_t>(draft.table.rows());
  description.columns = columns_of(draft.table);
  description.source = draft.source;
  description.created_at = created_at;
  return description;
}

// Our own JSON: if it does not read, it is our bug or a damaged catalogue.
Result<contracts::DatasetVersion> description_of(const storage::CatalogueEntry& entry) {
  auto description = json::decode<contracts::DatasetVersion>(entry.description, json::Unknown::ignored);
  if (!description)
    return fail(ErrorKind::internal, "the catalogue's row of " + entry.version.text() + " does not read");
  return description;
}

Result<OpenVersion> open_object(const ObjectStore& objects, const contracts::DatasetVersion& description) {
  VALION_TRY_ASSIGN(const std::string bytes, objects.get(description.version));
  auto stored = storage::read_arrow(bytes);
  if (!stored && stored.error().kind == ErrorKind::conflict) return fail(std::move(stored).error());
  if (!stored)
    return fail(ErrorKind::internal,
                "version " + description.version.text() + " does not read: " + stored.error().message);
  OpenVersion opened{description, std::move(stored->table), {}};
  const auto steps = stored->metadata.find(kSteps);
  if (steps == stored->metadata.end()) return opened;
  const auto format = stored->metadata.find(kStepsFormat);
  if (format != stored->metadata.end()) {
    VALION_TRY(check_format("the cleaning log of " + description.version.text(), std::atoll(format->second.c_str()),
                            kKnownStepsFormat));
  }
  auto decoded = json::decode<std::vector<contracts::CleaningStep>>(steps->second, json::Unknown::ignored);
  if (!decoded)
    return fail(ErrorKind::internal, "the cleaning log of " + description.version.text() + " does not read");
  opened.steps = std::move(*decoded);
  return opened;
}

}  // namespace

VersionStore::VersionStore(const std::string& database_url, std::unique_ptr<ObjectStore> objects, CpuPool& cpu)
    : database_(database_url), catalogue_(database_), objects_(std::move(objects)), cpu_(cpu) {}

Async<Result<contracts::DatasetVersion>> VersionStore::store(Principal principal, Draft draft, trace::Parent span) {
  const auto write = [&]() -> Result<Hash> {
    VALION_TRY_ASSIGN(const std::string bytes, storage::write_arrow(draft.table, metadata_of(draft)));
    return objects_->put(bytes);
  };
  VALION_CO_TRY_ASSIGN(const Hash version, co_await cpu_.run(write));
  const std::string now = utc_timestamp(std::chrono::system_clock::now());
  const contracts::DatasetVersion description = describe(draft, version, now);
  storage::CatalogueEntry entry;
  entry.tenant = principal.tenant;
  entry.version = version;
  entry.parent = draft.parent.value_or(Hash());
  entry.name = draft.name;
  entry.rows = description.rows;
  entry.created_at = now;
  entry.created_by = principal.user;
  entry.description = json::encode(description);
  VALION_CO_TRY_ASSIGN(const storage::CatalogueEntry stored, co_await catalogue_.add(std::move(entry), span));
  co_return description_of(stored);
}

Async<Result<contracts::DatasetVersion>> VersionStore::find(Principal principal, Hash version, trace::Parent span) {
  VALION_CO_TRY_ASSIGN(const storage::CatalogueEntry entry, co_await catalogue_.find(principal.tenant, version, span));
  co_return description_of(entry);
}

Async<Result<OpenVersion>> VersionStore::open(Principal principal, Hash version, trace::Parent span) {
  VALION_CO_TRY_ASSIGN(const contracts::DatasetVersion description,
                       co_await find(std::move(principal), std::move(version), span));
  const auto read = [&] { return open_object(*objects_, description); };
  co_return co_await cpu_.run(read);
}

Async<Result<std::filesystem::path>> VersionStore::file(Principal principal, Hash version, trace::Parent span) {
  VALION_CO_TRY_ASSIGN(const contracts::DatasetVersion description,
                       co_await find(std::move(principal), std::move(version), span));
  const auto locate = [&] { return objects_->path_of(description.version); };
  co_return co_await cpu_.run(locate);
}

}  // namespace valion::data

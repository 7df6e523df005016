#include "services/data_processing/data_processing.hpp"

#include <chrono>
#include <utility>

#include "contracts/data.hpp"
#include "domain/dataset/cleaning.hpp"
#include "domain/dataset/profile.hpp"
#include "platform/http/multipart.hpp"
#include "platform/objects/open_object_store.hpp"
#include "platform/service/read_json.hpp"
#include "services/data_processing/descent.hpp"
#include "services/data_processing/import.hpp"
#include "services/data_processing/version_store.hpp"
#include "services/data_processing/views.hpp"
#include "storage/arrow_ipc.hpp"

namespace valion {
namespace {

constexpr std::uint64_t kFormOverhead = 2u << 20;  // of the options and the part heads, above the file itself
constexpr std::uint64_t kArrowPerCsv = 4;          // one digit and a comma become a double of eight bytes
constexpr std::size_t kFormParts = 8;
constexpr std::size_t kNoteLimit = 500;
constexpr std::string_view kArrowType = "application/vnd.apache.arrow.file";

Hash version_in(const http::Request& request) {
  return Hash::parse(request.parameters.text("version")).value_or(Hash());  // the router lets only hashes in
}

http::Response created(const Hash& version, std::string json) {
  http::Response response = http::json_response(201, std::move(json));
  response.headers.set("Location", "/data/versions/" + version.text());
  return response;
}

// Uploads of a process that was killed half-way. Younger ones may belong to another process of this service.
void remove_old_uploads(const std::filesystem::path& folder) {
  const auto limit = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (entry->last_write_time(ignored) < limit && !ignored) std::filesystem::remove(entry->path(), ignored);
  }
}

Result<std::pair<Hash, std::string>> parent_and_note(const http::Request& request) {
  Error error = make_error(ErrorKind::invalid, "the query does not say what made this version");
  const auto parent = request.query.find("parent");
  const auto hash = parent == request.query.end() ? std::nullopt : Hash::parse(parent->second);
  if (!hash) error.add(Violation{"/parent", "must be the version that this one was made from", -1, {}, {}});
  const auto note = request.query.find("note");
  const bool good_note = note != request.query.end() && !note->second.empty() && note->second.size() <= kNoteLimit;
  if (!good_note) error.add(Violation{"/note", "must say in 1 to 500 bytes what made this version", -1, {}, {}});
  if (error.violation_total > 0) return fail(std::move(error));
  return std::pair{*hash, note->second};
}

}  // namespace

DataProcessing::DataProcessing() = default;
DataProcessing::~DataProcessing() = default;

void DataProcessing::routes(http::Router& router) {
  using Handling = Async<Result<http::Response>> (DataProcessing::*)(http::Request&);
  const auto add = [&](http::Method method, std::string_view path, Handling handling,
                       std::uint64_t body_limit = 1u << 20) {
    http::RouteOptions options;
    options.body_limit = body_limit;
    router.add(
        method, path, [this, handling](http::Request& request) { return (this->*handling)(request); }, options);
  };
  const std::uint64_t upload_limit = context().settings.upload_limit;
  add(http::Method::post, "/data/datasets", &DataProcessing::import_file, upload_limit + kFormOverhead);
  add(http::Method::post, "/data/versions", &DataProcessing::add_version, upload_limit * kArrowPerCsv + kFormOverhead);
  add(http::Method::get, "/data/versions/{version:hash}", &DataProcessing::show_version);
  add(http::Method::get, "/data/versions/{version:hash}/profile", &DataProcessing::show_profile);
  add(http::Method::get, "/data/versions/{version:hash}/cleaning", &DataProcessing::show_cleaning);
  add(http::Method::post, "/data/versions/{version:hash}/clean", &DataProcessing::clean);
  add(http::Method::get, "/data/versions/{version:hash}/arrow", &DataProcessing::send_arrow);
}

Async<Result<void>> DataProcessing::initialize() {
  versions_ = std::make_unique<data::VersionStore>(
      context().catalogue_url(), open_object_store(context().settings, std::string(kName)), context().cpu);
  context().observe(versions_->database(), "catalogue");
  remove_old_uploads(context().folder / "incoming");
  co_return Result<void>{};
}

Async<Result<http::Response>> DataProcessing::import_file(http::Request& request) {
  http::FormLimits limits;
  limits.file_bytes = context().settings.upload_limit;
  limits.parts = kFormParts;
  VALION_CO_TRY_ASSIGN(http::Form received,
                       co_await http::receive_form(request, context().folder / "incoming", limits));
  const data::ReceivedFiles files(std::move(received));
  VALION_CO_TRY_ASSIGN(const data::ImportForm form, data::read_form(files.form()));
  const auto read = [&] { return data::read_file(form); };
  VALION_CO_TRY_ASSIGN(data::Draft draft, co_await context().cpu.run(read));
  VALION_CO_TRY_ASSIGN(const auto version,
                       co_await versions_->store(*request.principal, std::move(draft), request.span));
  context().log.info("imported a file",
                     {{"version", version.version.text()}, {"rows", version.rows}, {"request_id", request.request_id}});
  co_return created(version.version, json::encode(version));
}

Async<Result<http::Response>> DataProcessing::show_version(http::Request& request) {
  VALION_CO_TRY_ASSIGN(const auto version,
                       co_await versions_->find(*request.principal, version_in(request), request.span));
  co_return http::json_response(200, json::encode(version));
}

Async<Result<http::Response>> DataProcessing::show_profile(http::Request& request) {
  VALION_CO_TRY_ASSIGN(const data::OpenVersion opened,
                       co_await versions_->open(*request.principal, version_in(request), request.span));
  const auto describe = [&] { return data::profile_view(dataset::profile(opened.table), opened.description.version); };
  VALION_CO_TRY_ASSIGN(const contracts::Profile profile, co_await context().cpu.run(describe));
  co_return http::json_response(200, json::encode(profile));
}

Async<Result<http::Response>> DataProcessing::show_cleaning(http::Request& request) {
  VALION_CO_TRY_ASSIGN(data::OpenVersion opened,
                       co_await versions_->open(*request.principal, version_in(request), request.span));
  const contracts::CleaningReport report{std::move(opened.description), std::move(opened.steps)};
  co_return http::json_response(200, json::encode(report));
}

Async<Result<http::Response>> DataProcessing::clean(http::Request& request) {
  VALION_CO_TRY_ASSIGN(const auto cleaning, co_await read_json<contracts::CleaningRequest>(request));
  VALION_CO_TRY_ASSIGN(data::OpenVersion opened,
                       co_await versions_->open(*request.principal, version_in(request), request.span));
  const auto rules = data::domain_rules(cleaning.rules);
  const auto work = [&] { return dataset::clean(std::move(opened.table), rules, opened.description.target); };
  VALION_CO_TRY_ASSIGN(dataset::Cleaned cleaned, co_await context().cpu.run(work));
  std::vector<contracts::CleaningStep> steps = std::move(opened.steps);
  for (auto& step : data::step_views(cleaned.steps)) steps.push_back(std::move(step));
  data::Draft draft;
  draft.table = std::move(cleaned.table);
  draft.parent = opened.description.version;
  draft.name = opened.description.name;
  draft.target = opened.description.target;
  draft.note = "cleaning";
  draft.source = opened.description.source;
  draft.steps = steps;
  VALION_CO_TRY_ASSIGN(auto version, co_await versions_->store(*request.principal, std::move(draft), request.span));
  const contracts::CleaningReport report{std::move(version), std::move(steps)};
  co_return created(report.version.version, json::encode(report));
}

Async<Result<http::Response>> DataProcessing::send_arrow(http::Request& request) {
  const Hash version = version_in(request);
  VALION_CO_TRY_ASSIGN(auto path, co_await versions_->file(*request.principal, version, request.span));
  http::Response response;
  response.headers.set("Content-Type", std::string(kArrowType));
  response.headers.set("Content-Disposition", "attachment; filename=\"" + version.text().substr(0, 12) + ".arrow\"");
  response.headers.set("ETag", "\"" + version.text() + "\"");
  response.body = http::FileBody{std::move(path)};
  co_return response;
}

// Another service adds columns in the name of the user who owns the parent.
Async<Result<http::Response>> DataProcessing::add_version(http::Request& request) {
  if (request.headers.find("Content-Type").value_or("") != kArrowType) {
    co_return fail(ErrorKind::unsupported_media_type, "send an Arrow IPC file as " + std::string(kArrowType));
  }
  VALION_CO_TRY_ASSIGN(const auto origin, parent_and_note(request));
  VALION_CO_TRY_ASSIGN(data::OpenVersion parent,
                       co_await versions_->open(*request.principal, origin.first, request.span));
  const std::size_t limit = context().settings.upload_limit * kArrowPerCsv;
  VALION_CO_TRY_ASSIGN(const std::string body, co_await http::read_all(*request.body, limit));
  data::Draft draft;
  const auto read = [&]() -> Result<void> {
    VALION_TRY_ASSIGN(storage::StoredTable sent, storage::read_arrow(body));
    VALION_TRY(data::check_descent(parent.table, sent.table));
    draft.table = std::move(sent.table);
    return {};
  };
  VALION_CO_TRY(co_await context().cpu.run(read));
  draft.parent = origin.first;
  draft.name = parent.description.name;
  draft.target = parent.description.target;
  draft.note = origin.second;
  draft.source = parent.description.source;
  draft.steps = std::move(parent.steps);
  VALION_CO_TRY_ASSIGN(const auto version,
                       co_await versions_->store(*request.principal, std::move(draft), request.span));
  co_return created(version.version, json::encode(version));
}

Result<std::set<Hash>> DataProcessing::referenced_objects(sql::Database& catalogue) const {
  VALION_TRY_ASSIGN(const auto versions, storage::DatasetCatalogue(catalogue).all_versions_blocking());
  return as_hashes(versions);
}

}  // namespace valion

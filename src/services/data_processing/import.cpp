#include "services/data_processing/import.hpp"

#include <utility>

#include "platform/json/described.hpp"
#include "platform/objects/object_store.hpp"
#include "services/data_processing/views.hpp"

namespace valion::data {
namespace {

constexpr std::size_t kNameLimit = 200;

Result<contracts::ImportOptions> read_options(const http::Form& form) {
  const auto text = form.fields.find("options");
  if (text == form.fields.end()) {
    Error error =
        make_error(ErrorKind::invalid, "the form needs a part `options`: JSON with the data set's name and target");
    error.add(Violation{"/options", "is required", -1, {}, {}});
    return fail(std::move(error));
  }
  VALION_TRY_ASSIGN(auto options, json::decode<contracts::ImportOptions>(text->second));
  json::Checker checker;
  checker.require(!options.name.empty() && options.name.size() <= kNameLimit, "/name", "must have 1 to 200 bytes");
  checker.require(!options.target.empty(), "/target", "must name a column of the file");
  if (!checker.clean()) return fail(std::move(checker).error());
  return options;
}

}  // namespace

ReceivedFiles::~ReceivedFiles() {
  std::error_code ignored;  // what cannot be removed now is removed at the next start
  for (const http::UploadedFile& file : form_.files) std::filesystem::remove(file.path, ignored);
}

Result<ImportForm> read_form(const http::Form& form) {
  if (form.files.size() != 1 || form.files.front().field != "file") {
    return fail(ErrorKind::malformed, "the form needs exactly one file, in a part named `file` with a file name");
  }
  VALION_TRY_ASSIGN(auto options, read_options(form));
  return ImportForm{std::move(options), form.files.front()};
}

Result<Draft> read_file(const ImportForm& form) {
  VALION_TRY_ASSIGN(csv::CsvTable read, csv::read_csv(form.file.path, csv_options(form.options)));
  contracts::SourceView source;
  source.file_name = form.file.file_name;
  source.bytes = static_cast<std::int64_t>(form.file.bytes);
  VALION_TRY_ASSIGN(source.sha256, sha256_of_file(form.file.path));
  source.format = "csv";
  source.encoding = read.encoding;
  source.delimiter = read.delimiter;
  source.line_end = read.line_end;
  Draft draft;
  draft.name = form.options.name;
  draft.target = form.options.target;
  draft.note = "import";
  draft.source = std::move(source);
  draft.steps = import_steps(read);
  draft.table = std::move(read.table);
  return draft;
}

}  // namespace valion::data

#include "app/study/study_file.hpp"

#include <fstream>
#include <sstream>

#include "platform/json/described.hpp"

namespace valion::app {

Result<StudyFile> read_study(const std::filesystem::path& file) {
  std::ifstream input(file);
  std::ostringstream text;
  if (!input || !(text << input.rdbuf()))
    return fail(ErrorKind::not_found, "cannot read the study file " + file.string());
  auto study = json::decode<contracts::Study>(text.str());
  if (!study) {
    Error error = std::move(study).error();
    error.message = file.string() + ": " + error.message;
    return fail(std::move(error));
  }
  StudyFile result{std::move(*study), file.parent_path()};
  result.data_file /= result.study.data.file;
  if (!std::filesystem::is_regular_file(result.data_file)) {
    return fail(ErrorKind::not_found,
                "the study's data file " + result.data_file.string() + " is not there (/data/file)");
  }
  return result;
}

}  // namespace valion::app

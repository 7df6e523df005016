// A study file, read and checked.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "contracts/study.hpp"

namespace valion::app {

struct StudyFile {
  contracts::Study study;
  std::filesystem::path data_file;  // study.data.file, seen from the study file's folder
};

// malformed or invalid with every violation; not_found when the study or its data file is not there.
[[nodiscard]] Result<StudyFile> read_study(const std::filesystem::path& file);

}  // namespace valion::app

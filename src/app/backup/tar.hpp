// A folder as one file, and back: POSIX ustar, which `tar` reads; regular files and folders only.
#pragma once

#include <filesystem>

#include "base/result.hpp"

namespace valion::app {

// Created with mode 0600, in order of the names; conflict when `archive` exists. Names of up to 255 bytes (100 of them the
// last part).
[[nodiscard]] Result<void> pack_folder(const std::filesystem::path& folder, const std::filesystem::path& archive);
// Into `folder`, which must be there and empty. malformed for what is no such archive, is cut short, or names anything but
// plain files below the folder.
[[nodiscard]] Result<void> unpack_archive(const std::filesystem::path& archive, const std::filesystem::path& folder);

}  // namespace valion::app

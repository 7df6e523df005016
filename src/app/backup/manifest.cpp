#include "app/backup/manifest.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "platform/json/described.hpp"
#include "platform/json/stored_document.hpp"
#include "platform/objects/object_store.hpp"

namespace valion::app {
namespace {

namespace fs = std::filesystem;

// Relative, and made of plain names.
bool stays_within(const fs::path& path) {
  return !path.empty() && path.is_relative() && std::none_of(path.begin(), path.end(), [](const fs::path& part) {
    return part.empty() || part == "." || part == "..";
  });
}

Result<std::string> text_of(const fs::path& file) {
  std::ifstream input(file, std::ios::binary);
  std::ostringstream text;
  if (!input || !(text << input.rdbuf())) {
    return fail(ErrorKind::not_found, "there is no backup in " + file.parent_path().string() + ": no " + kManifestName);
  }
  return text.str();
}

}  // namespace

std::string kind_of_database(const std::string& url) {
  if (url.empty()) return "sqlite";
  return url.starts_with("postgresql:") ? "postgresql" : "sqlite file";
}

Result<void> write_manifest(const fs::path& folder, const BackupManifest& manifest) {
  std::ofstream file(folder / kManifestName, std::ios::binary);
  file << json::encode(manifest) << '\n';
  file.close();
  if (!file) return fail(ErrorKind::internal, "cannot write " + (folder / kManifestName).string());
  return {};
}

// The number is looked at before the rest, of which a newer program may have made something else.
Result<BackupManifest> read_manifest(const fs::path& folder) {
  VALION_TRY_ASSIGN(const std::string text, text_of(folder / kManifestName));
  VALION_TRY(json::check_stored_format("this backup", text, kBackupFormat));
  VALION_TRY_ASSIGN(BackupManifest manifest, json::decode<BackupManifest>(text));
  for (const BackupFile& file : manifest.files) {
    if (!stays_within(file.path))
      return fail(ErrorKind::malformed, "the backup names a file outside of it: " + file.path);
  }
  return manifest;
}

Result<void> check_files(const fs::path& folder, const BackupManifest& manifest) {
  for (const BackupFile& file : manifest.files) {
    const auto hash = sha256_of_file(folder / file.path);
    if (!hash) return fail(ErrorKind::malformed, "the backup lacks " + file.path + ": " + hash.error().message);
    if (*hash != file.sha256) {
      return fail(ErrorKind::malformed,
                  "the backup is damaged: " + file.path + " has another SHA-256 than its manifest says");
    }
  }
  return {};
}

}  // namespace valion::app

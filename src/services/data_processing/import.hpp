// An uploaded form with a CSV file, read into a draft of a dataset version.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "contracts/data.hpp"
#include "platform/http/multipart.hpp"
#include "services/data_processing/version_store.hpp"

namespace valion::data {

// The files of a received form, removed when this goes: whatever happens, an upload leaves nothing in the folder.
class ReceivedFiles {
 public:
  explicit ReceivedFiles(http::Form form) : form_(std::move(form)) {}
  ~ReceivedFiles();
  ReceivedFiles(const ReceivedFiles&) = delete;
  ReceivedFiles& operator=(const ReceivedFiles&) = delete;
  [[nodiscard]] const http::Form& form() const noexcept { return form_; }

 private:
  http::Form form_;
};

// The form's `options`, and its one file `file`. malformed when there is no such file, invalid or malformed for the options.
struct ImportForm {
  contracts::ImportOptions options;
  http::UploadedFile file;
};
[[nodiscard]] Result<ImportForm> read_form(const http::Form& form);

// Reads the file: blocking, for the CPU pool. Errors: those of csv::read_csv.
[[nodiscard]] Result<Draft> read_file(const ImportForm& form);

}  // namespace valion::data

// multipart/form-data (RFC 7578), streamed: file parts go to disk as they arrive, text parts to memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "base/result.hpp"
#include "platform/http/message.hpp"

namespace valion::http {

struct UploadedFile {
  std::string field;
  std::string file_name;  // the client's, base name only: never used as a path
  std::string content_type;
  std::filesystem::path path;
  std::uint64_t bytes = 0;
};

struct Form {
  std::map<std::string, std::string> fields;  // at most 1 MB each
  std::vector<UploadedFile> files;
};

struct FormLimits {
  std::uint64_t file_bytes = 256u << 20;
  std::uint64_t field_bytes = 1 << 20;
  std::size_t parts = 32;
};

// Requires Content-Type multipart/form-data with a boundary, else unsupported_media_type. Files are created in `folder`
// under random names (0600); on any error everything created is removed again. The caller owns the files of a success.
Async<Result<Form>> receive_form(Request& request, const std::filesystem::path& folder, FormLimits limits = {});

// The client's side: a form as a request body.
class FormWriter {
 public:
  FormWriter();
  void field(std::string name, std::string value);
  void file(std::string name, std::filesystem::path path, std::string content_type);
  [[nodiscard]] std::string content_type() const;
  // Reads the files while sending; a file that cannot be opened > not_found.
  [[nodiscard]] Result<std::shared_ptr<BodyReader>> body() const;

 private:
  struct Part {
    std::string head;
    std::string value;
    std::filesystem::path path;
  };
  std::string boundary_;
  std::vector<Part> parts_;
};

}  // namespace valion::http

#include <fstream>

#include "platform/http/multipart.hpp"
#include "platform/trace/context.hpp"

namespace valion::http {
namespace {

constexpr std::size_t kPiece = 64 * 1024;

// A quoted string inside a header field: what would end it early is replaced.
std::string quoted_text(const std::string& text) {
  std::string safe;
  for (const char c : text) safe += c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 ? '_' : c;
  return "\"" + safe + "\"";
}

struct Piece {
  std::string text;
  std::filesystem::path path;  // sent after the text, when not empty
};

class FormBody final : public BodyReader {
 public:
  explicit FormBody(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {}
  Async<Result<std::string>> read_some() override {
    if (file_.is_open()) {
      std::string bytes(kPiece, '\0');
      file_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      bytes.resize(static_cast<std::size_t>(file_.gcount()));
      if (!bytes.empty()) co_return bytes;
      if (file_.bad()) co_return fail(ErrorKind::internal, "a file of the form could not be read to its end");
      file_.close();
    }
    if (next_ == pieces_.size()) co_return std::string{};
    const Piece& piece = pieces_[next_++];
    if (!piece.path.empty()) file_.open(piece.path, std::ios::binary);
    co_return piece.text;
  }

 private:
  std::vector<Piece> pieces_;
  std::size_t next_ = 0;
  std::ifstream file_;
};

}  // namespace

FormWriter::FormWriter() : boundary_("valion-" + trace::new_trace_id()) {}

void FormWriter::field(std::string name, std::string value) {
  parts_.push_back({"Content-Disposition: form-data; name=" + quoted_text(name) + "\r\n\r\n", std::move(value), {}});
}

void FormWriter::file(std::string name, std::filesystem::path path, std::string content_type) {
  std::string head = "Content-Disposition: form-data; name=" + quoted_text(name) +
                     "; filename=" + quoted_text(path.filename().string()) + "\r\nContent-Type: " + content_type +
                     "\r\n\r\n";
  parts_.push_back({std::move(head), "", std::move(path)});
}

std::string FormWriter::content_type() const { return "multipart/form-data; boundary=" + boundary_; }

Result<std::shared_ptr<BodyReader>> FormWriter::body() const {
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const Part& part = parts_[i];
    if (!part.path.empty() && !std::ifstream(part.path))
      return fail(ErrorKind::not_found, "cannot read " + part.path.string());
    pieces.push_back({(i == 0 ? "--" : "\r\n--") + boundary_ + "\r\n" + part.head + part.value, part.path});
  }
  pieces.push_back({"\r\n--" + boundary_ + "--\r\n", {}});
  return std::make_shared<FormBody>(std::move(pieces));
}

}  // namespace valion::http

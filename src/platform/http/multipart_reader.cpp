#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "platform/http/head_text.hpp"
#include "platform/http/multipart.hpp"
#include "platform/trace/context.hpp"

namespace valion::http {
namespace {

constexpr std::size_t kPartHeadLimit = 16 * 1024;

tl::unexpected<Error> broken(const std::string& why) {
  return fail(ErrorKind::malformed, "the multipart form is broken: " + why);
}

// `form-data; name="file"; filename="a.csv"` > the value of one parameter. `\"` and `\\` are undone; any other
// backslash is
// one, because browsers send Windows paths as they are.
std::optional<std::string> parameter(std::string_view field, std::string_view name) {
  for (auto at = field.find(';'); at != std::string_view::npos;) {
    auto start = field.find_first_not_of(" \t;", at);
    if (start == std::string_view::npos) return std::nullopt;
    const auto equals = field.find('=', start);
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view key = field.substr(start, equals - start);
    std::string value;
    std::size_t end = equals + 1;
    if (end < field.size() && field[end] == '"') {
      for (++end; end < field.size() && field[end] != '"'; ++end) {
        const bool escape =
            field[end] == '\\' && end + 1 < field.size() && (field[end + 1] == '"' || field[end + 1] == '\\');
        if (escape) ++end;
        value += field[end];
      }
      ++end;
    } else {
      end = std::min(field.find(';', end), field.size());
      value = field.substr(equals + 1, end - equals - 1);
      value.erase(value.find_last_not_of(" \t") + 1);
    }
    if (same_without_case(key, name)) return value;
    at = end < field.size() ? field.find(';', end) : std::string_view::npos;
  }
  return std::nullopt;
}

// The value of a header field before its parameters.
std::string_view main_value(std::string_view field) {
  const std::string_view value = field.substr(0, field.find(';'));
  return value.substr(0, value.find_last_not_of(" \t") + 1);
}

struct PartHead {
  std::string name;
  std::optional<std::string> file_name;
  std::string content_type;
};

Result<PartHead> parse_part_head(std::string_view text) {
  PartHead head;
  bool disposed = false;
  while (!text.empty()) {
    const auto end = text.find("\r\n");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return broken("a part has a line without a colon in its head");
    const auto value_at = line.find_first_not_of(" \t", colon + 1);
    const std::string_view value = value_at == std::string_view::npos ? "" : line.substr(value_at);
    if (same_without_case(line.substr(0, colon), "Content-Type")) head.content_type = value;
    if (!same_without_case(line.substr(0, colon), "Content-Disposition")) continue;
    const auto name = parameter(value, "name");
    if (!same_without_case(main_value(value), "form-data") || !name) return broken("a part has no form-data name");
    disposed = true;
    head.name = *name;
    head.file_name = parameter(value, "filename");
  }
  if (!disposed) return broken("a part has no Content-Disposition");
  return head;
}

// Only what stands behind the last slash or backslash, without control characters: for people to read, never a path.
std::string base_name(const std::string& name) {
  std::string base = name.substr(std::min(name.find_last_of("/\\") + 1, name.size()));
  std::erase_if(base, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  return base;
}

// Where the bytes of one part go.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual Result<void> add(std::string_view bytes) = 0;
  virtual Result<void> finish() { return {}; }
};

tl::unexpected<Error> cannot_store() {
  return fail(ErrorKind::internal, std::string("cannot store the upload: ") + std::strerror(errno));
}

class FieldSink final : public Sink {
 public:
  FieldSink(std::string name, std::string& value, std::uint64_t limit)
      : name_(std::move(name)), value_(value), limit_(limit) {}
  Result<void> add(std::string_view bytes) override {
    if (bytes.size() > limit_ - value_.size()) {
      return fail(ErrorKind::too_large,
                  "the form field " + name_ + " is over its limit of " + std::to_string(limit_) + " bytes");
    }
    value_ += bytes;
    return {};
  }

 private:
  std::string name_;
  std::string& value_;
  std::uint64_t limit_;
};

class FileSink final : public Sink {
 public:
  FileSink(UploadedFile& file, std::uint64_t limit)
      : file_(file),
        limit_(limit),
        descriptor_(open(file.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {}
  ~FileSink() override {
    if (descriptor_ >= 0) close(descriptor_);
  }
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;
  Result<void> add(std::string_view bytes) override {
    if (descriptor_ < 0) return cannot_store();
    if (bytes.size() > limit_ - file_.bytes) {
      return fail(ErrorKind::too_large,
                  "the file " + file_.file_name + " is over the limit of " + std::to_string(limit_) + " bytes");
    }
    file_.bytes += bytes.size();
    while (!bytes.empty()) {
      const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return cannot_store();
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }
  // Some file systems report a full disk only here.
  Result<void> finish() override {
    if (descriptor_ < 0 || close(std::exchange(descriptor_, -1)) != 0) return cannot_store();
    return {};
  }

 private:
  UploadedFile& file_;
  std::uint64_t limit_;
  int descriptor_;
};

// The form being received; removes its files unless it is released.
class Receiving {
 public:
  Receiving(BodyReader& body, const std::string& boundary, std::filesystem::path folder, FormLimits limits)
      : body_(body), delimiter_("\r\n--" + boundary), folder_(std::move(folder)), limits_(limits) {}
  ~Receiving() {
    std::error_code ignored;
    for (const UploadedFile& file : form_.files) std::filesystem::remove(file.path, ignored);
  }
  Receiving(const Receiving&) = delete;
  Receiving& operator=(const Receiving&) = delete;

  Async<Result<Form>> receive() {
    buffer_ = "\r\n";  // the first delimiter may stand at the very beginning
    VALION_CO_TRY(co_await skip_preamble());
    for (std::size_t part = 0;; ++part) {
      VALION_CO_TRY_ASSIGN(const bool last, co_await at_last_delimiter());
      if (last) break;
      if (part == limits_.parts)
        co_return fail(ErrorKind::too_large, "the form has more than " + std::to_string(limits_.parts) + " parts");
      VALION_CO_TRY(co_await receive_part());
    }
    VALION_CO_TRY(co_await read_epilogue());
    co_return std::exchange(form_, {});
  }

 private:
  // More bytes into the buffer; malformed when there are none.
  Async<Result<void>> fill() {
    VALION_CO_TRY_ASSIGN(const std::string piece, co_await body_.read_some());
    if (piece.empty()) co_return broken("it ends before its last boundary");
    buffer_ += piece;
    co_return Result<void>{};
  }

  Async<Result<void>> skip_preamble() {
    for (;;) {
      const auto at = buffer_.find(delimiter_);
      if (at != std::string::npos) {
        buffer_.erase(0, at + delimiter_.size());
        co_return Result<void>{};
      }
      if (buffer_.size() > kPartHeadLimit) co_return broken("its boundary does not appear");
      VALION_CO_TRY(co_await fill());
    }
  }

  // Behind a delimiter stands a line end, or `--` after the last one.
  Async<Result<bool>> at_last_delimiter() {
    for (;;) {  // blanks may stand between (RFC 2046 section 5.1.1)
      while (buffer_.size() < 2) VALION_CO_TRY(co_await fill());
      if (buffer_.front() != ' ' && buffer_.front() != '\t') break;
      buffer_.erase(0, 1);
    }
    const std::string mark = buffer_.substr(0, 2);
    buffer_.erase(0, 2);
    if (mark == "--") co_return true;
    if (mark == "\r\n") co_return false;
    co_return broken("a boundary is not followed by a line end");
  }

  Async<Result<PartHead>> receive_head() {
    for (;;) {
      const auto end = buffer_.find("\r\n\r\n");
      if (end != std::string::npos) {
        const std::string text = buffer_.substr(0, end);
        buffer_.erase(0, end + 4);
        co_return parse_part_head(text);
      }
      if (buffer_.size() > kPartHeadLimit) co_return broken("the head of a part is longer than 16 kB");
      VALION_CO_TRY(co_await fill());
    }
  }

  Async<Result<void>> receive_part() {
    VALION_CO_TRY_ASSIGN(const PartHead head, co_await receive_head());
    if (!head.file_name && form_.fields.count(head.name) > 0)
      co_return broken("the field " + head.name + " stands twice");
    std::unique_ptr<Sink> sink;
    if (head.file_name) {
      form_.files.push_back(
          {head.name, base_name(*head.file_name), head.content_type, folder_ / ("upload-" + trace::new_trace_id()), 0});
      sink = std::make_unique<FileSink>(form_.files.back(), limits_.file_bytes);
    } else {
      sink = std::make_unique<FieldSink>(head.name, form_.fields[head.name], limits_.field_bytes);
    }
    for (;;) {
      const auto end = buffer_.find(delimiter_);
      if (end != std::string::npos) {
        VALION_CO_TRY(sink->add(std::string_view(buffer_).substr(0, end)));
        buffer_.erase(0, end + delimiter_.size());
        co_return sink->finish();
      }
      // The delimiter may have begun at the end of the buffer: so much is kept back.
      const std::size_t kept = std::min(buffer_.size(), delimiter_.size() - 1);
      VALION_CO_TRY(sink->add(std::string_view(buffer_).substr(0, buffer_.size() - kept)));
      buffer_.erase(0, buffer_.size() - kept);
      VALION_CO_TRY(co_await fill());
    }
  }

  Async<Result<void>> read_epilogue() {
    for (;;) {
      VALION_CO_TRY_ASSIGN(const std::string piece, co_await body_.read_some());
      if (piece.empty()) co_return Result<void>{};
    }
  }

  BodyReader& body_;
  std::string delimiter_;
  std::filesystem::path folder_;
  FormLimits limits_;
  std::string buffer_;
  Form form_;
};

}  // namespace

Async<Result<Form>> receive_form(Request& request, const std::filesystem::path& folder, FormLimits limits) {
  const std::string content_type(request.headers.find("Content-Type").value_or(""));
  const auto boundary = parameter(content_type, "boundary");
  if (!same_without_case(main_value(content_type), "multipart/form-data") || !boundary || boundary->empty() ||
      boundary->size() > 70) {
    co_return fail(ErrorKind::unsupported_media_type,
                   "send multipart/form-data with a boundary, not " +
                       (content_type.empty() ? std::string("nothing") : content_type));
  }
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) co_return fail(ErrorKind::internal, "cannot create the folder for uploads: " + error.message());
  Receiving receiving(*request.body, *boundary, folder, limits);
  co_return co_await receiving.receive();
}

}  // namespace valion::http

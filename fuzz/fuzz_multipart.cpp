// Any bytes as a form with files, arriving in pieces: an answer or an error, and no file left behind by a failure.
#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "fuzz/harness.hpp"
#include "platform/http/multipart.hpp"

namespace {

using namespace valion;

class Pieces final : public http::BodyReader {
 public:
  Pieces(std::string_view bytes, std::size_t piece) : rest_(bytes), piece_(piece) {}
  Async<Result<std::string>> read_some() override {
    std::string piece(rest_.substr(0, piece_));
    rest_.remove_prefix(piece.size());
    co_return piece;
  }

 private:
  std::string_view rest_;
  std::size_t piece_;
};

Result<http::Form> receive(std::string_view bytes, std::size_t piece, const std::filesystem::path& folder) {
  http::Request request;
  request.headers.set("Content-Type", "multipart/form-data; boundary=X");
  request.body = std::make_shared<Pieces>(bytes, piece);
  asio::io_context loop{1};
  std::optional<Result<http::Form>> form;
  asio::co_spawn(loop.get_executor(), http::receive_form(request, folder, {1 << 16, 1 << 12, 8}),
                 [&](std::exception_ptr failure, Result<http::Form> received) {
                   if (failure) __builtin_trap();
                   form.emplace(std::move(received));
                 });
  loop.run();
  return std::move(*form);
}

}  // namespace

void valion::fuzz::feed(std::string_view bytes) {
  static const std::filesystem::path folder = [] {
    std::string name = "/dev/shm/valion-fuzz-XXXXXX";
    return std::filesystem::path(mkdtemp(name.data()));
  }();
  std::optional<std::map<std::string, std::string>> fields;
  for (const bool whole : {true, false}) {
    const std::size_t piece = whole ? bytes.size() + 1 : 7;
    const auto form = receive(bytes, piece, folder);
    const auto left = std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator());
    if (static_cast<std::size_t>(left) != (form ? form->files.size() : 0)) __builtin_trap();
    if (form) {
      for (const auto& file : form->files) std::filesystem::remove(file.path);
    }
    if (!whole && form.has_value() != fields.has_value()) __builtin_trap();
    if (form && fields && *fields != form->fields) __builtin_trap();
    if (form) fields = form->fields;
  }
}

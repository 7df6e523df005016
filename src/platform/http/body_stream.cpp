#include "platform/http/body_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <charconv>
#include <fstream>

namespace valion::http {
namespace {

constexpr std::size_t kPiece = 64 * 1024;
constexpr std::size_t kTextPiece = 256 * 1024;

Async<Result<void>> write_bytes(BodyWriter& writer, std::string_view first, std::string_view second = {},
                                std::string_view third = {}) {
  const std::array<asio::const_buffer, 3> buffers{asio::buffer(first), asio::buffer(second), asio::buffer(third)};
  writer.watch.set(writer.piece_timeout);
  const auto [error, written] = co_await asio::async_write(writer.socket, buffers, asio::as_tuple(use_async));
  writer.watch.clear();
  if (!error) co_return Result<void>{};
  if (writer.watch.expired()) co_return fail(ErrorKind::timeout, "the peer does not read");
  co_return fail(ErrorKind::unavailable, "the connection was lost while writing: " + error.message());
}

std::string chunk_head(std::size_t size) {
  char text[20];
  const auto written = std::to_chars(text, text + sizeof text, size, 16);
  return std::string(text, written.ptr) + "\r\n";
}

Async<Result<bool>> write_file(BodyWriter& writer, std::string head, const FileBody& file, std::uint64_t length) {
  std::ifstream input(file.path, std::ios::binary);
  std::string piece;
  std::uint64_t left = length;
  do {
    piece.resize(std::min<std::uint64_t>(kPiece, left));
    if (!piece.empty() && !input.read(piece.data(), static_cast<std::streamsize>(piece.size()))) {
      co_return fail(ErrorKind::internal, "a file changed while it was sent");
    }
    VALION_CO_TRY(co_await write_bytes(writer, head, piece));
    head.clear();
    left -= piece.size();
  } while (left > 0);
  co_return true;
}

// Long texts go in pieces, each with its own deadline.
Async<Result<bool>> write_text(BodyWriter& writer, std::string_view head, std::string_view text) {
  do {
    if (head.empty() && writer.stop_early && writer.stop_early()) co_return false;
    const std::string_view piece = text.substr(0, kTextPiece);
    VALION_CO_TRY(co_await write_bytes(writer, head, piece));
    text.remove_prefix(piece.size());
    head = {};
  } while (!text.empty());
  co_return true;
}

Async<Result<bool>> write_unframed(BodyWriter& writer, BodyReader& reader) {
  for (;;) {
    VALION_CO_TRY_ASSIGN(const std::string piece, co_await reader.read_some());
    if (piece.empty()) co_return true;
    VALION_CO_TRY(co_await write_bytes(writer, piece));
  }
}

Async<Result<bool>> write_counted(BodyWriter& writer, BodyReader& reader, std::uint64_t length) {
  std::uint64_t sent = 0;
  for (;;) {
    if (writer.stop_early && writer.stop_early()) co_return false;
    VALION_CO_TRY_ASSIGN(const std::string piece, co_await reader.read_some());
    if (piece.empty() && sent == length) co_return true;
    if (piece.empty() || piece.size() > length - sent) {
      co_return fail(ErrorKind::bad_gateway, "a body does not have its declared length");
    }
    VALION_CO_TRY(co_await write_bytes(writer, piece));
    sent += piece.size();
  }
}

Async<Result<bool>> write_chunks(BodyWriter& writer, BodyReader& reader) {
  for (;;) {
    if (writer.stop_early && writer.stop_early()) co_return false;
    VALION_CO_TRY_ASSIGN(const std::string piece, co_await reader.read_some());
    if (piece.empty()) {
      VALION_CO_TRY(co_await write_bytes(writer, "0\r\n\r\n"));
      co_return true;
    }
    const std::string head = chunk_head(piece.size());
    VALION_CO_TRY(co_await write_bytes(writer, head, piece, "\r\n"));
  }
}

}  // namespace

Result<OutgoingBody> plan_body(const ResponseBody& body, std::optional<std::uint64_t> declared_length) {
  if (const auto* text = std::get_if<std::string>(&body)) return OutgoingBody{text->size(), text->empty(), false};
  if (const auto* file = std::get_if<FileBody>(&body)) {
    std::error_code error;
    const std::uint64_t size = std::filesystem::file_size(file->path, error);
    if (error) return fail(ErrorKind::internal, "a file to send is not there");
    return OutgoingBody{size, false, false};
  }
  if (std::get<std::shared_ptr<BodyReader>>(body) == nullptr)
    return fail(ErrorKind::internal, "a body to send is not there");
  return OutgoingBody{declared_length, false, false};
}

Async<Result<bool>> write_message(BodyWriter writer, std::string head, const ResponseBody& body, OutgoingBody plan) {
  if (const auto* text = std::get_if<std::string>(&body)) {
    co_return co_await write_text(writer, head, *text);
  }
  if (const auto* file = std::get_if<FileBody>(&body)) {
    co_return co_await write_file(writer, std::move(head), *file, *plan.length);
  }
  VALION_CO_TRY(co_await write_bytes(writer, head));
  BodyReader& reader = *std::get<std::shared_ptr<BodyReader>>(body);
  if (plan.length) co_return co_await write_counted(writer, reader, *plan.length);
  if (plan.to_the_end) co_return co_await write_unframed(writer, reader);
  co_return co_await write_chunks(writer, reader);
}

}  // namespace valion::http

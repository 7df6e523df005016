#include "services/api_gateway/message/chunks.hpp"

#include <algorithm>

#include "services/api_gateway/message/characters.hpp"
#include "services/api_gateway/message/field_line.hpp"

namespace valion::gateway {
namespace {

constexpr std::size_t kMostSizeDigits = 15;  // below 2^60
constexpr std::size_t kLongestExtension = 256;
constexpr std::size_t kLongestTrailer = 8192;

unsigned hex_value(char c) noexcept {
  return c <= '9' ? static_cast<unsigned>(c - '0') : static_cast<unsigned>((c | 0x20) - 'a') + 10;
}

const char* end_of_quoted(const char* at, const char* end) noexcept {
  while (++at < end && *at != '"') {
    if (*at == '\\') ++at;
  }
  return at < end ? at + 1 : nullptr;
}

// `;name`, `;name=token`, `;name="string"`, once or more. No control characters are left in `text`.
bool is_extension(std::string_view text) noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    if (*at != ';') return false;
    const char* const name = at + 1;
    at = characters::end_of(name, end, characters::kToken);
    if (at == name) return false;
    if (at == end || *at == ';') continue;
    if (*at != '=' || at + 1 == end) return false;
    const char* const value = at + 1;
    at = *value == '"' ? end_of_quoted(value, end) : characters::end_of(value, end, characters::kToken);
    if (at == nullptr || at == value) return false;
  }
  return true;
}

}  // namespace

ChunkReader::Part ChunkReader::refused(std::string_view why) noexcept {
  Part part;
  part.kind = ChunkStep::Kind::refused;
  part.refusal = {400, why};
  return part;
}

// A whole head, so that nothing is passed on of a broken one; of a head with an extension only the digits are
// consumed yet.
ChunkReader::Part ChunkReader::read_head(std::string_view bytes) noexcept {
  const char* const begin = bytes.data();
  const char* const end = begin + bytes.size();
  const char* const at =
      characters::end_of(begin, begin + std::min(bytes.size(), kMostSizeDigits + 1), characters::kHex);
  const std::size_t digits = static_cast<std::size_t>(at - begin);
  if (digits > kMostSizeDigits) return refused("a chunk has a size of too many digits");
  if (at == end) return {};
  if (digits == 0) return refused("a chunk has no size");
  if (*at == '\n') return refused("a chunk head ends with a bare line feed");
  if (*at != '\r' && *at != ';') return refused("the size of a chunk has a character that is no hexadecimal digit");
  const Part extension = read_extension(bytes.substr(digits));
  if (extension.kind != ChunkStep::Kind::data) return extension;
  left_ = 0;
  for (const char* digit = begin; digit != at; ++digit) left_ = left_ * 16 + hex_value(*digit);
  extension_ = extension.length;
  if (extension_ > 0) {
    at_ = At::extension;
    return {ChunkStep::Kind::data, digits, left_ > 0, false, {}};
  }
  at_ = left_ > 0 ? At::data : At::trailer;
  return {ChunkStep::Kind::data, digits + 2, left_ > 0, false, {}};
}

// From behind the digits up to CRLF, which must be there; consumes nothing.
ChunkReader::Part ChunkReader::read_extension(std::string_view bytes) noexcept {
  const char* const begin = bytes.data();
  const char* const end = begin + bytes.size();
  const char* const at = end_of_value(begin, begin + std::min(bytes.size(), kLongestExtension + 1));
  const std::size_t length = static_cast<std::size_t>(at - begin);
  if (length > kLongestExtension) return refused("a chunk has too long an extension");
  if (at == end) return {};
  if (*at == '\n') return refused("a chunk head ends with a bare line feed");
  if (*at != '\r') return refused("the extension of a chunk has a control character");
  if (!is_extension(bytes.substr(0, length))) return refused("the extension of a chunk is malformed");
  if (at + 1 == end) return {};
  if (at[1] != '\n') return refused("a carriage return stands without its line feed");
  return {ChunkStep::Kind::data, length, false, false, {}};
}

// Behind the data, or behind an extension.
ChunkReader::Part ChunkReader::read_line_end(std::string_view bytes) noexcept {
  if (bytes.front() != '\r') return refused("a chunk is not as long as its size says");
  if (bytes.size() == 1) return {};
  if (bytes[1] != '\n') return refused("a carriage return stands without its line feed");
  const bool last = at_ == At::head_end && left_ == 0;
  at_ = at_ == At::data_end ? At::head : last ? At::trailer : At::data;
  return {ChunkStep::Kind::data, 2, !last, false, {}};
}

ChunkReader::Part ChunkReader::read_trailer(std::string_view bytes) noexcept {
  const FieldLine line = read_field_line(bytes.data(), bytes.data() + bytes.size(), kLongestChunkLine - 2);
  if (line.kind == FieldLine::Kind::more) return {};
  if (line.kind == FieldLine::Kind::refused) return refused(line.refusal.why);
  const std::size_t length = static_cast<std::size_t>(line.next - bytes.data());
  trailer_ += length;
  if (trailer_ > kLongestTrailer) return refused("the trailer is too long");
  if (line.kind == FieldLine::Kind::empty) at_ = At::done;
  return {ChunkStep::Kind::data, length, false, false, {}};
}

ChunkReader::Part ChunkReader::next(std::string_view bytes) noexcept {
  if (at_ == At::done) return {ChunkStep::Kind::end, 0, false, false, {}};
  if (bytes.empty()) return {};
  switch (at_) {
    case At::head: return read_head(bytes);
    case At::extension: at_ = At::head_end; return {ChunkStep::Kind::data, extension_, false, false, {}};
    case At::head_end:
    case At::data_end: return read_line_end(bytes);
    case At::trailer: return read_trailer(bytes);
    default: break;
  }
  const std::uint64_t length = std::min<std::uint64_t>(left_, bytes.size());
  left_ -= length;
  total_ += length;
  if (left_ == 0) at_ = At::data_end;
  return {ChunkStep::Kind::data, static_cast<std::size_t>(length), true, true, {}};
}

ChunkStep ChunkReader::decode(std::string_view bytes) noexcept {
  std::size_t position = 0;
  while (true) {
    const Part part = next(bytes.substr(position));
    if (part.kind != ChunkStep::Kind::data) return {part.kind, position, {}, part.refusal};
    if (part.is_body) {
      return {ChunkStep::Kind::data, position + part.length, bytes.substr(position, part.length), {}};
    }
    position += part.length;
  }
}

ChunkStep ChunkReader::relay(std::string_view bytes) noexcept {
  std::size_t begin = 0;     // of the range to be forwarded
  std::size_t position = 0;  // its end, as long as every part passes
  while (true) {
    const Part part = next(bytes.substr(position));
    const bool done = part.kind != ChunkStep::Kind::data;
    if (position > begin && (done || !part.passes)) {  // a refusal comes again with the next call
      return {ChunkStep::Kind::data, position + part.length, bytes.substr(begin, position - begin), {}};
    }
    if (done) return {part.kind, position, {}, part.refusal};
    position += part.length;
    if (!part.passes) begin = position;
  }
}

ChunkHead::ChunkHead(std::uint64_t size) noexcept : begin_(text_.size() - 2) {
  text_[begin_] = '\r';
  text_[begin_ + 1] = '\n';
  do {
    text_[--begin_] = "0123456789abcdef"[size & 15];
    size >>= 4;
  } while (size != 0);
}

}  // namespace valion::gateway

// The chunked transfer coding (RFC 9112 section 7.1), read strictly and written.
//
// Refused: sizes that are not 1 to 15 hexadecimal digits, blanks around them, bare line feeds and carriage returns,
// data longer or shorter than its size, extensions that are not `;name[=token or "string"]` or longer than 256 bytes,
// broken trailer fields, more than 8192 bytes of trailer. Extensions and trailers are read and dropped: nobody beyond
// the gateway is to believe a field that was not in the head.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "services/api_gateway/message/refusal.hpp"

namespace valion::gateway {

struct ChunkStep {
  enum class Kind { more, data, end, refused };
  Kind kind = Kind::more;
  std::size_t consumed = 0;  // of the bytes given, for every kind; offer the rest again with what comes behind it
  std::string_view data;     // of Kind::data: within the bytes given, never empty
  Refusal refusal;           // 400
};

// Of one body. What it gives depends on the bytes alone, not on how they were cut (but for where data is divided). It
// never asks for more than kLongestChunkLine bytes of unconsumed input: the caller's buffer must hold that much.
class ChunkReader {
 public:
  static constexpr std::size_t kLongestChunkLine = 4096 + 2;

  // Decoding: the next range of the body. Call it until `more`, `end` or `refused`.
  [[nodiscard]] ChunkStep decode(std::string_view bytes) noexcept;

  // Passing on: `data` is the next range to be forwarded as it stands, chunk heads and data together, in one piece
  // where nothing has to be dropped. At `end` the forwarder writes kLastChunk itself. Never mixed with decode()
  // within one body.
  [[nodiscard]] ChunkStep relay(std::string_view bytes) noexcept;

  // Bytes of the body that have passed so far, without framing.
  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }

 private:
  enum class At {
    head,
    extension,
    head_end,
    data,
    data_end,
    trailer,
    done
  };  // extension, head_end: of a head already checked

  // What the next bytes are: one part of a chunk or one line of the trailer.
  struct Part {
    ChunkStep::Kind kind = ChunkStep::Kind::more;  // data: a part was read, of whatever sort
    std::size_t length = 0;                        // of the part
    bool passes = false;  // it is forwarded as it stands; false: extension, last chunk, trailer
    bool is_body = false;
    Refusal refusal;
  };
  static Part refused(std::string_view why) noexcept;
  Part next(std::string_view bytes) noexcept;
  Part read_head(std::string_view bytes) noexcept;
  Part read_extension(std::string_view bytes) noexcept;
  Part read_line_end(std::string_view bytes) noexcept;
  Part read_trailer(std::string_view bytes) noexcept;

  At at_ = At::head;
  std::uint64_t left_ = 0;  // of the chunk
  std::uint64_t total_ = 0;
  std::size_t extension_ = 0;  // bytes, of a head already checked
  std::size_t trailer_ = 0;    // bytes
};

// `1a2b\r\n`, to stand before `size` (> 0) bytes of data, which `\r\n` follows.
class ChunkHead {
 public:
  explicit ChunkHead(std::uint64_t size) noexcept;
  [[nodiscard]] std::string_view text() const noexcept { return {text_.data() + begin_, text_.size() - begin_}; }

 private:
  std::array<char, 18> text_{};
  std::size_t begin_ = 0;
};

inline constexpr std::string_view kChunkEnd = "\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace valion::gateway

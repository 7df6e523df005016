// Chunks decoded, passed on and written.
#include "services/api_gateway/message/chunks.hpp"

#include <gtest/gtest.h>

#include <string>

namespace valion::gateway {
namespace {

using Kind = ChunkStep::Kind;

struct Read {
  std::string data;
  Kind ending = Kind::more;
  std::size_t left = 0;  // bytes behind the body
};

template <class Next>
Read read(std::string_view bytes, std::size_t piece, Next next) {
  Read result;
  std::string unread;
  ChunkReader reader;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    unread += bytes.substr(at, piece);
    ChunkStep step;
    do {
      step = next(reader, unread);
      result.data += step.data;
      EXPECT_EQ(step.data.empty(), step.kind != Kind::data);
      unread.erase(0, step.consumed);
    } while (step.kind == Kind::data);
    result.ending = step.kind;
    if (step.kind == Kind::refused) break;
  }
  result.left = unread.size();
  return result;
}

Read decoded(std::string_view bytes, std::size_t piece) {
  return read(bytes, piece, [](ChunkReader& reader, std::string_view unread) { return reader.decode(unread); });
}

Read relayed(std::string_view bytes, std::size_t piece) {
  return read(bytes, piece, [](ChunkReader& reader, std::string_view unread) { return reader.relay(unread); });
}

const std::string kBody = "4\r\nabcd\r\nA;x=\"y\"\r\n0123456789\r\n1\r\nz\r\n0;last\r\nX: 1\r\nY: 2\r\n\r\nnext";

TEST(ChunkReader, DecodesHoweverTheBytesAreCut) {
  for (std::size_t piece = 1; piece <= kBody.size(); ++piece) {
    const Read whole = decoded(kBody, piece);
    EXPECT_EQ(whole.data, "abcd0123456789z") << piece;
    EXPECT_EQ(whole.ending, Kind::end);
    EXPECT_EQ(whole.left, 4u);
  }
}

TEST(ChunkReader, PassesChunksOnWithoutExtensionsAndTrailer) {
  for (std::size_t piece = 1; piece <= kBody.size(); ++piece) {
    const Read whole = relayed(kBody, piece);
    EXPECT_EQ(whole.data + std::string(kLastChunk), "4\r\nabcd\r\nA\r\n0123456789\r\n1\r\nz\r\n0\r\n\r\n") << piece;
    EXPECT_EQ(whole.ending, Kind::end);
    EXPECT_EQ(whole.left, 4u);
  }
}

TEST(ChunkReader, PassesPlainChunksOnInOnePiece) {
  const std::string body = "1\r\na\r\n2\r\nbc\r\n3\r\ndef\r\n";
  ChunkReader reader;
  const ChunkStep step = reader.relay(body);
  EXPECT_EQ(step.data, body);
  EXPECT_EQ(reader.total(), 6u);
  EXPECT_EQ(reader.relay("0\r\n\r\n").kind, Kind::end);
}

TEST(ChunkReader, NeverWaitsForMoreThanItsLongestLine) {
  std::string line = "X: " + std::string(ChunkReader::kLongestChunkLine - 5, 'a');
  ChunkReader reader;
  EXPECT_EQ(reader.decode("0\r\n").kind, Kind::more);
  EXPECT_EQ(reader.decode(line + "\r\n").kind, Kind::more);
  EXPECT_EQ(reader.decode("X" + line + "\r").kind, Kind::refused);
}

TEST(ChunkReader, LimitsTheTrailerAltogether) {
  std::string trailer;
  for (int i = 0; i < 1000; ++i) trailer += "X: 1234\r\n";
  EXPECT_EQ(decoded("0\r\n" + trailer + "\r\n", 64).ending, Kind::refused);
}

TEST(ChunkReader, TakesTheLargestSizeItCanHold) {
  ChunkReader reader;
  EXPECT_EQ(reader.decode("fffffffffffffff\r\nab").data, "ab");
  EXPECT_EQ(reader.decode("c").data, "c");
}

TEST(ChunkHead, IsWhatTheReaderReads) {
  EXPECT_EQ(ChunkHead(1).text(), "1\r\n");
  EXPECT_EQ(ChunkHead(0x1A2B).text(), "1a2b\r\n");
  EXPECT_EQ(ChunkHead(~std::uint64_t{0}).text(), "ffffffffffffffff\r\n");
  std::string body;
  body.append(ChunkHead(300).text()).append(300, 'x').append(kChunkEnd).append(kLastChunk);
  EXPECT_EQ(decoded(body, 7).data, std::string(300, 'x'));
}

}  // namespace
}  // namespace valion::gateway

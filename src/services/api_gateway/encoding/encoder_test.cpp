#include "services/api_gateway/encoding/encoder.hpp"

#include <brotli/decode.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <random>
#include <stdexcept>
#include <utility>

namespace valion::gateway::encoding {
namespace {

// What a client reads out of the bytes that have come so far.
std::string gunzip(const std::string& bytes) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) throw std::runtime_error("zlib does not start");
  std::string plain(8 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_out = static_cast<uInt>(plain.size());
  inflate(&stream, Z_SYNC_FLUSH);
  plain.resize(plain.size() - stream.avail_out);
  inflateEnd(&stream);
  return plain;
}

std::string unbrotli(const std::string& bytes) {
  BrotliDecoderState* state = BrotliDecoderCreateInstance(nullptr, nullptr, nullptr);
  std::string plain(8 << 20, '\0');
  std::size_t left = bytes.size(), room = plain.size();
  auto next = reinterpret_cast<const std::uint8_t*>(bytes.data());
  auto out = reinterpret_cast<std::uint8_t*>(plain.data());
  BrotliDecoderDecompressStream(state, &left, &next, &room, &out, nullptr);
  BrotliDecoderDestroyInstance(state);
  plain.resize(plain.size() - room);
  return plain;
}

class EncoderTest : public ::testing::TestWithParam<Encoding> {
 protected:
  static std::string decoded(const std::string& bytes) {
    return GetParam() == Encoding::gzip ? gunzip(bytes) : unbrotli(bytes);
  }
  Encoder encoder_{GetParam()};
  std::string out_;
};

std::string document(std::size_t rows) {
  std::string text = "[";
  for (std::size_t i = 0; i < rows; ++i) {
    text += R"({"id":)" + std::to_string(i) + R"(,"price":)" + std::to_string(i * 7'919 % 900'000) + "},";
  }
  text.back() = ']';
  return text;
}

TEST_P(EncoderTest, MakesADocumentSmallerAndLosesNothing) {
  const std::string plain = document(100'000);
  ASSERT_TRUE(encoder_.add(plain, out_));
  ASSERT_TRUE(encoder_.finish(out_));
  EXPECT_LT(out_.size(), plain.size() / 3);
  EXPECT_EQ(decoded(out_), plain);
}

TEST_P(EncoderTest, TakesPiecesOfAnySize) {
  std::mt19937 random(3);
  std::string plain = document(20'000);
  for (int i = 0; i < 50'000; ++i) plain += static_cast<char>(random());
  for (std::size_t at = 0; at < plain.size();) {
    const std::size_t size = std::min<std::size_t>(random() % 4 == 0 ? 0 : random() % 9'000, plain.size() - at);
    ASSERT_TRUE(encoder_.add(std::string_view(plain).substr(at, size), out_));
    if (random() % 7 == 0) {
      ASSERT_TRUE(encoder_.flush(out_));
    }
    at += size;
  }
  ASSERT_TRUE(encoder_.finish(out_));
  EXPECT_EQ(decoded(out_), plain);
}

TEST_P(EncoderTest, LetsEachEventBeReadWhenItIsFlushed) {
  std::string plain;
  for (int i = 0; i < 20; ++i) {
    const std::string event = "data: {\"progress\":" + std::to_string(i) + "}\n\n";
    plain += event;
    ASSERT_TRUE(encoder_.add(event, out_));
    ASSERT_TRUE(encoder_.flush(out_));
    EXPECT_EQ(decoded(out_), plain);
    const std::size_t before = out_.size();
    ASSERT_TRUE(encoder_.flush(out_));
    EXPECT_EQ(out_.size(), before) << "nothing new, nothing sent";
  }
}

TEST_P(EncoderTest, EndsAnEmptyBody) {
  ASSERT_TRUE(encoder_.finish(out_));
  EXPECT_FALSE(out_.empty());
  EXPECT_EQ(decoded(out_), "");
}

TEST_P(EncoderTest, RefusesToGoOnAfterTheEnd) {
  ASSERT_TRUE(encoder_.finish(out_));
  EXPECT_FALSE(encoder_.add("more", out_));
  EXPECT_FALSE(encoder_.flush(out_));
  EXPECT_FALSE(encoder_.finish(out_));
}

TEST_P(EncoderTest, GoesOnWhereItIsMovedTo) {
  ASSERT_TRUE(encoder_.add("one ", out_));
  Encoder moved = std::move(encoder_);
  ASSERT_TRUE(moved.add("two", out_));
  ASSERT_TRUE(moved.finish(out_));
  EXPECT_EQ(decoded(out_), "one two");
}

TEST(Encoders, AreSoManyAtOnceAndNoMore) {
  Encoders encoders(2);
  auto first = encoders.begin(Encoding::gzip);
  auto second = encoders.begin(Encoding::brotli);
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(encoders.begin(Encoding::gzip));
  first.reset();
  EXPECT_EQ(encoders.alive(), 1u);
  auto third = encoders.begin(Encoding::gzip);
  ASSERT_TRUE(third);
  std::string out;
  EXPECT_TRUE(third->finish(out));
  *third = std::move(*second);
  EXPECT_EQ(encoders.alive(), 1u) << "what was there before is gone";
}

INSTANTIATE_TEST_SUITE_P(Encodings, EncoderTest, ::testing::Values(Encoding::gzip, Encoding::brotli),
                         [](const auto& encoding) { return std::string(name_of(encoding.param)); });

}  // namespace
}  // namespace valion::gateway::encoding

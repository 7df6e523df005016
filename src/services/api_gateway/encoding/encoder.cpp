#include "services/api_gateway/encoding/encoder.hpp"

#include <brotli/encode.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <utility>

namespace valion::gateway::encoding {

namespace {

constexpr int kGzipLevel = 4;
constexpr int kGzipWindow = 15 + 16;  // the largest, in gzip's frame
constexpr int kGzipMemory = 8;        // zlib's own choice
constexpr int kBrotliQuality = 4;
constexpr int kBrotliWindow = 18;       // 256 kB: our answers are rarely larger, and the decoder needs as much
constexpr std::size_t kPiece = 16'384;  // bytes of output at a time

enum class Action { add, flush, finish };

// zlib never writes to its input but asks for a pointer to bytes that are not const.
Bytef* input_of(std::string_view bytes) { return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data())); }

class Gzip {
 public:
  Gzip() {
    if (deflateInit2(&stream_, kGzipLevel, Z_DEFLATED, kGzipWindow, kGzipMemory, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Gzip() { deflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  bool run(std::string_view bytes, Action action, std::string& out) {
    std::array<Bytef, kPiece> piece;
    do {
      const std::size_t taken = std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
      stream_.next_in = input_of(bytes);
      stream_.avail_in = static_cast<uInt>(taken);
      const bool last = taken == bytes.size();
      const int flush = !last || action == Action::add ? Z_NO_FLUSH : action == Action::flush ? Z_SYNC_FLUSH : Z_FINISH;
      do {
        stream_.next_out = piece.data();
        stream_.avail_out = static_cast<uInt>(piece.size());
        if (deflate(&stream_, flush) == Z_STREAM_ERROR) return false;
        out.append(reinterpret_cast<const char*>(piece.data()), piece.size() - stream_.avail_out);
      } while (stream_.avail_out == 0);
      bytes.remove_prefix(taken);
    } while (!bytes.empty());
    return true;
  }

 private:
  z_stream stream_{};
};

class Brotli {
 public:
  Brotli() : state_(BrotliEncoderCreateInstance(nullptr, nullptr, nullptr)) {
    if (state_ == nullptr) throw std::bad_alloc();
    BrotliEncoderSetParameter(state_, BROTLI_PARAM_QUALITY, kBrotliQuality);
    BrotliEncoderSetParameter(state_, BROTLI_PARAM_LGWIN, kBrotliWindow);
    BrotliEncoderSetParameter(state_, BROTLI_PARAM_MODE, BROTLI_MODE_TEXT);
  }
  ~Brotli() { BrotliEncoderDestroyInstance(state_); }
  Brotli(const Brotli&) = delete;
  Brotli& operator=(const Brotli&) = delete;

  bool run(std::string_view bytes, Action action, std::string& out) {
    const BrotliEncoderOperation operation = action == Action::add     ? BROTLI_OPERATION_PROCESS
                                             : action == Action::flush ? BROTLI_OPERATION_FLUSH
                                                                       : BROTLI_OPERATION_FINISH;
    std::size_t left = bytes.size();
    auto next = reinterpret_cast<const std::uint8_t*>(bytes.data());
    do {
      std::size_t room = 0;
      if (BrotliEncoderCompressStream(state_, operation, &left, &next, &room, nullptr, nullptr) == BROTLI_FALSE)
        return false;
      while (BrotliEncoderHasMoreOutput(state_) == BROTLI_TRUE) {
        std::size_t size = 0;
        const std::uint8_t* ready = BrotliEncoderTakeOutput(state_, &size);
        out.append(reinterpret_cast<const char*>(ready), size);
      }
    } while (left > 0);
    return true;
  }

 private:
  BrotliEncoderState* state_;
};

}  // namespace

struct Encoder::Stream {
  Stream() = default;
  ~Stream() {
    if (place) --*place;
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  std::shared_ptr<std::size_t> place;  // among Encoders
  std::optional<Gzip> gzip;
  std::optional<Brotli> brotli;
  bool pending = false;  // something was added since the last flush
  bool ended = false;

  Result<void> run(std::string_view bytes, Action action, std::string& out) {
    const bool done = !ended && (gzip ? gzip->run(bytes, action, out) : brotli->run(bytes, action, out));
    if (!done) return fail(ErrorKind::internal, "an answer could not be encoded: something was added after its end");
    pending = action == Action::add && (pending || !bytes.empty());
    ended = action == Action::finish;
    return {};
  }
};

Encoder::Encoder(Encoding encoding) : stream_(std::make_unique<Stream>()) {
  if (encoding == Encoding::brotli) {
    stream_->brotli.emplace();
  } else {
    stream_->gzip.emplace();
  }
}
Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;

Result<void> Encoder::add(std::string_view bytes, std::string& out) {
  if (bytes.empty() && !stream_->ended) return {};
  return stream_->run(bytes, Action::add, out);
}

Result<void> Encoder::flush(std::string& out) {
  if (!stream_->pending && !stream_->ended) return {};
  return stream_->run({}, Action::flush, out);
}

Result<void> Encoder::finish(std::string& out) { return stream_->run({}, Action::finish, out); }

std::optional<Encoder> Encoders::begin(Encoding encoding) {
  if (*alive_ >= most_) return std::nullopt;
  std::optional<Encoder> encoder(encoding);
  encoder->stream_->place = alive_;
  ++*alive_;
  return encoder;
}

}  // namespace valion::gateway::encoding

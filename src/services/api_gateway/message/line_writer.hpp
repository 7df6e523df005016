// Writing a head into room that was made for it once.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace valion::gateway {

// Appends to a string within a bound given beforehand, so that no append looks at the capacity. Requires that no more
// is written.
class LineWriter {
 public:
  LineWriter(std::string& out, std::size_t bound) : out_(out), begin_(out.size()) {
    out.resize(begin_ + bound);
    at_ = out.data() + begin_;
  }
  ~LineWriter() { out_.resize(static_cast<std::size_t>(at_ - out_.data())); }
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  LineWriter& operator<<(std::string_view text) noexcept {
    const std::size_t size = text.size();
    if (size >= 8 && size <= 16) {
      copy_ends<8>(text);
    } else if (size > 16 && size <= 32) {
      copy_ends<16>(text);
    } else if (size > 0) {
      std::memcpy(at_, text.data(), size);
    }
    at_ += size;
    return *this;
  }
  LineWriter& operator<<(std::uint64_t number) noexcept {
    at_ = std::to_chars(at_, at_ + kLongestNumber, number).ptr;
    return *this;
  }
  // `name: value`, when there is a value.
  void field(std::string_view name, std::string_view value) noexcept {
    if (!value.empty()) *this << name << ": " << value << "\r\n";
  }

  static constexpr std::size_t kLongestNumber = 20;

 private:
  // First and last bytes, which may overlap: most names and values are short, and this is shorter than a call.
  template <std::size_t Width>
  void copy_ends(std::string_view text) noexcept {
    std::memcpy(at_, text.data(), Width);
    std::memcpy(at_ + text.size() - Width, text.data() + text.size() - Width, Width);
  }

  std::string& out_;
  std::size_t begin_;
  char* at_;
};

}  // namespace valion::gateway

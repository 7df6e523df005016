#include "services/api_gateway/cache/entry_codec.hpp"

#include <cstdint>
#include <type_traits>
#include <utility>

#include "services/api_gateway/cache/field_syntax.hpp"

namespace valion::gateway::cache {
namespace {

constexpr std::string_view kMagic = "VLC1", kVaryMagic = "VLV1";
constexpr std::uint64_t kChecksumSeed = 0x56616C696F6E4331u;
constexpr std::size_t kHead = 12;

class Writer {
 public:
  void number(std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) bytes_ += static_cast<char>((value >> shift) & 0xFF);
  }
  void text(std::string_view value) {
    number(value.size());
    bytes_.append(value);
  }
  [[nodiscard]] std::string& bytes() noexcept { return bytes_; }

 private:
  std::string bytes_;
};

// Once something does not fit, everything after it is empty and good() false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) noexcept : rest_(bytes) {}
  std::uint64_t number() noexcept {
    if (rest_.size() < 8) {
      spoil();
      return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value |= std::uint64_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
    rest_.remove_prefix(8);
    return value;
  }
  std::string_view text() noexcept {
    const std::uint64_t size = number();
    if (size > rest_.size()) {
      spoil();
      return {};
    }
    const std::string_view value = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return value;
  }
  // How many follow, each of at least `least` bytes.
  std::size_t count(std::size_t least) noexcept {
    const std::uint64_t value = number();
    if (value > rest_.size() / least) spoil();
    return good_ ? static_cast<std::size_t>(value) : 0;
  }
  [[nodiscard]] bool good() const noexcept { return good_; }
  [[nodiscard]] bool finished() const noexcept { return good_ && rest_.empty(); }

 private:
  void spoil() noexcept {
    good_ = false;
    rest_ = {};
  }
  std::string_view rest_;
  bool good_ = true;
};

std::uint64_t unsigned_of(std::int64_t value) noexcept { return static_cast<std::uint64_t>(value); }
std::int64_t signed_of(std::uint64_t value) noexcept { return static_cast<std::int64_t>(value); }

std::string sealed(std::string_view magic, std::string_view payload) {
  Writer head;
  head.bytes().append(magic);
  head.number(hash_bytes(payload, kChecksumSeed));
  return head.bytes().append(payload);
}

std::optional<std::string_view> opened(std::string_view magic, std::string_view bytes) noexcept {
  if (bytes.size() < kHead || bytes.substr(0, 4) != magic) return std::nullopt;
  Reader head(bytes.substr(4, 8));
  const std::string_view payload = bytes.substr(kHead);
  if (head.number() != hash_bytes(payload, kChecksumSeed)) return std::nullopt;
  return payload;
}

bool is_line(std::string_view text) noexcept {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

void read_lists(Reader& in, Parts& parts, bool& clean) {
  for (std::size_t n = in.count(16); n > 0 && in.good(); --n) {
    const std::string_view name = in.text(), value = in.text();
    clean = clean && is_token(name) && is_line(value);
    parts.fields.emplace_back(name, value);
  }
  for (std::size_t n = in.count(24); n > 0 && in.good(); --n) {
    const std::string_view name = in.text(), value = in.text();
    parts.selecting.push_back({std::string(name), std::string(value), {}, in.number() == 1});
  }
  for (std::size_t n = in.count(8); n > 0 && in.good(); --n) parts.tags.emplace_back(in.text());
}

}  // namespace

std::string encode(const Entry& entry) {
  const Parts& parts = entry.parts();
  const KeyView key = entry.key();
  Writer out;
  out.number(key.partition.is_tenant() ? 1 : 0);
  out.text(key.partition.id());
  out.text(key.host);
  out.text(key.target);
  out.number(static_cast<std::uint64_t>(parts.status));
  out.text(parts.reason);
  std::size_t kept = 0;
  for (const Field& field : entry.fields()) kept += same_name(field.name, "content-length") ? 0 : 1;
  out.number(kept);
  for (const Field& field : entry.fields()) {
    if (same_name(field.name, "content-length")) continue;
    out.text(field.name);
    out.text(field.value);
  }
  out.number(parts.selecting.size());
  for (const Selecting& one : parts.selecting) {
    out.text(one.name);
    out.text(one.value);
    out.number(one.present ? 1 : 0);
  }
  out.number(parts.tags.size());
  for (const std::string& tag : parts.tags) out.text(tag);
  out.number(unsigned_of(parts.age_zero.time_since_epoch().count()));
  out.number(unsigned_of(parts.lifetime.count()));
  out.number(unsigned_of(parts.default_lifetime.count()));
  out.number(parts.position.milliseconds);
  out.number(parts.position.number);
  out.text(entry.body());
  return sealed(kMagic, out.bytes());
}

EntryPointer decode(std::string_view bytes) {
  constexpr std::int64_t kMostSeconds = std::int64_t{1} << 32;
  const auto payload = opened(kMagic, bytes);
  if (!payload) return nullptr;
  Reader in(*payload);
  const bool tenant = in.number() == 1;
  const std::string_view id = in.text(), host = in.text(), target = in.text();
  Parts parts{Key({tenant ? Partition::tenant(id) : Partition::anybody(), host, target})};
  const std::uint64_t status = in.number();
  const std::string_view reason = in.text();
  bool clean = is_line(reason) && status >= 200 && status <= 599;
  read_lists(in, parts, clean);
  const std::int64_t age_zero = signed_of(in.number());
  const std::int64_t lifetime = signed_of(in.number()), default_lifetime = signed_of(in.number());
  parts.position.milliseconds = in.number();
  parts.position.number = in.number();
  const std::string_view body = in.text();
  clean = clean && age_zero > 0 && age_zero < (std::int64_t{1} << 53) && lifetime >= 0 && lifetime <= kMostSeconds &&
          default_lifetime >= 0 && default_lifetime <= kMostSeconds;
  if (!in.finished() || !clean) return nullptr;
  parts.status = static_cast<int>(status);
  parts.reason = reason;
  parts.age_zero = Moment{std::chrono::milliseconds{age_zero}};
  parts.lifetime = Seconds{lifetime};
  parts.default_lifetime = Seconds{default_lifetime};
  parts.body = std::make_shared<const std::string>(body);
  return std::make_shared<const Entry>(std::move(parts));
}

std::string sealed_entry(std::string_view payload) { return sealed(kMagic, payload); }

std::string encode_vary(const std::vector<std::string>& names) {
  Writer out;
  out.number(names.size());
  for (const std::string& name : names) out.text(name);
  return sealed(kVaryMagic, out.bytes());
}

std::optional<std::vector<std::string>> decode_vary(std::string_view bytes) {
  const auto payload = opened(kVaryMagic, bytes);
  if (!payload) return std::nullopt;
  Reader in(*payload);
  std::vector<std::string> names;
  for (std::size_t n = in.count(8); n > 0 && in.good(); --n) names.emplace_back(in.text());
  if (!in.finished()) return std::nullopt;
  return names;
}

}  // namespace valion::gateway::cache

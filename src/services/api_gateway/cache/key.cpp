#include "services/api_gateway/cache/key.hpp"

#include <algorithm>
#include <cstring>
#include <random>

#include "services/api_gateway/cache/field_syntax.hpp"

namespace valion::gateway::cache {
namespace {

constexpr std::size_t kMostVaryNames = 16;

std::uint64_t multiplied(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

constexpr std::uint64_t kOdd1 = 0x9E3779B97F4A7C15u, kOdd2 = 0xD1B54A32D192ED03u;

// Eight bytes at a step; `fold` is laid over each byte (0x20 makes ASCII letters of either case the same).
std::uint64_t hashed(std::string_view bytes, std::uint64_t seed, std::uint64_t fold) noexcept {
  std::uint64_t state = seed ^ multiplied(bytes.size() + kOdd1, kOdd2);
  while (bytes.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    state = multiplied(state ^ (word | fold), kOdd1);
    bytes.remove_prefix(8);
  }
  std::uint64_t word = 0;
  std::memcpy(&word, bytes.data(), bytes.size());
  return multiplied(multiplied(state ^ (word | fold), kOdd1) ^ kOdd2, kOdd2);
}

std::uint64_t process_seed() {
  static const std::uint64_t seed = [] {
    std::random_device source;
    return (std::uint64_t{source()} << 32) ^ source();
  }();
  return seed;
}

constexpr std::uint64_t kCaseFold = 0x2020202020202020u;

// `gzip;q=0` > nothing; `BR ; q=0.5` > `br`; `identity;q=0` is kept as it forbids something that needs no mention.
std::string accepted_coding(std::string_view member) {
  const std::size_t semicolon = member.find(';');
  std::string coding(trimmed(member.substr(0, semicolon)));
  std::transform(coding.begin(), coding.end(), coding.begin(), lower);
  if (semicolon == std::string_view::npos) return coding;
  std::string_view weight = trimmed(member.substr(semicolon + 1));
  if (weight.size() < 3 || lower(weight[0]) != 'q' || weight[1] != '=') return coding;
  weight.remove_prefix(2);
  const bool refused = weight.find_first_not_of("0.") == std::string_view::npos;
  if (!refused) return coding;
  return coding == "identity" || coding == "*" ? coding + ";q=0" : std::string();
}

std::string accepted_codings(const std::string& joined) {
  std::vector<std::string> codings;
  Members members(joined);
  while (const auto member = members.next()) {
    std::string coding = accepted_coding(*member);
    if (!coding.empty()) codings.push_back(std::move(coding));
  }
  std::sort(codings.begin(), codings.end());
  codings.erase(std::unique(codings.begin(), codings.end()), codings.end());
  std::string out;
  for (const std::string& coding : codings) out.append(out.empty() ? "" : ",").append(coding);
  return out;
}

std::string joined_lines(std::string_view name, const Fields& request, bool& present) {
  std::string joined;
  for (const Field& field : request) {
    if (!same_name(field.name, name)) continue;
    present = true;
    Members members(field.value);
    while (const auto member = members.next()) joined.append(joined.empty() ? "" : ",").append(*member);
  }
  return joined;
}

}  // namespace

Key::Key(const KeyView& view)
    : host_(static_cast<std::uint32_t>(view.host.size())),
      target_(static_cast<std::uint32_t>(view.target.size())),
      tenant_(view.partition.is_tenant()) {
  text_.reserve(view.host.size() + view.target.size() + view.partition.id().size());
  std::transform(view.host.begin(), view.host.end(), std::back_inserter(text_), lower);
  text_.append(view.target).append(view.partition.id());
}

KeyView Key::view() const noexcept {
  const std::string_view text = text_;
  const std::string_view tenant = text.substr(std::size_t{host_} + target_);
  return {tenant_ ? Partition::tenant(tenant) : Partition::anybody(), text.substr(0, host_),
          text.substr(host_, target_)};
}

std::size_t Key::bytes() const noexcept { return sizeof(Key) + text_.capacity(); }

bool same_key(const KeyView& a, const KeyView& b) noexcept {
  return a.partition == b.partition && a.target == b.target && same_name(a.host, b.host);
}

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) noexcept { return hashed(bytes, seed, 0); }

std::uint64_t hash_of_resource(std::string_view host, std::string_view target) noexcept {
  return hashed(target, hashed(host, process_seed(), kCaseFold), 0);
}

std::uint64_t hash_of(const KeyView& key) noexcept {
  const std::uint64_t resource = hash_of_resource(key.host, key.target);
  return key.partition.is_tenant() ? hashed(key.partition.id(), resource, 0) : resource;
}

std::optional<std::vector<std::string>> vary_names(const Fields& answer) {
  std::vector<std::string> names;
  for (const Field& field : answer) {
    if (!same_name(field.name, "vary")) continue;
    Members members(field.value);
    while (const auto member = members.next()) {
      if (*member == "*" || !is_token(*member)) return std::nullopt;
      std::string& name = names.emplace_back(*member);
      std::transform(name.begin(), name.end(), name.begin(), lower);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (names.size() > kMostVaryNames) return std::nullopt;
  return names;
}

std::optional<std::string> normalised(std::string_view name, const Fields& request) {
  bool present = false;
  std::string joined = joined_lines(name, request, present);
  if (!present) return std::nullopt;
  if (same_name(name, "accept-encoding")) return accepted_codings(joined);
  if (same_name(name, "accept-language") || same_name(name, "accept") || same_name(name, "accept-charset")) {
    joined.erase(std::remove_if(joined.begin(), joined.end(), [](char c) { return c == ' ' || c == '\t'; }),
                 joined.end());
    std::transform(joined.begin(), joined.end(), joined.begin(), lower);
  }
  return joined;
}

std::vector<Selecting> selecting_values(const std::vector<std::string>& names, const Fields& request) {
  std::vector<Selecting> values;
  for (const std::string& name : names) {
    const std::optional<std::string> value = normalised(name, request);
    const auto lines =
        std::count_if(request.begin(), request.end(), [&](const Field& f) { return same_name(f.name, name); });
    std::string as_sent(lines == 1 ? find(request, name).value_or("") : std::string_view{});
    values.push_back({name, value.value_or(""), std::move(as_sent), value.has_value()});
  }
  return values;
}

bool selects(const std::vector<Selecting>& selecting, const Fields& request) {
  return std::all_of(selecting.begin(), selecting.end(), [&](const Selecting& wanted) {
    const Field* only = nullptr;
    std::size_t lines = 0;
    for (const Field& field : request) {
      if (same_name(field.name, wanted.name)) {
        only = &field;
        ++lines;
      }
    }
    if (lines == 0 || !wanted.present) return lines == 0 && !wanted.present;
    if (lines == 1 && !wanted.as_sent.empty() && only->value == wanted.as_sent) return true;
    return normalised(wanted.name, request) == wanted.value;
  });
}

}  // namespace valion::gateway::cache

#include "services/api_gateway/message/exchange_ids.hpp"

#include <sys/random.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <stdexcept>

namespace valion::gateway {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::size_t kMadeRequestId = 24;  // digits

void write_random_hexadecimal(char* to, std::size_t digits, RandomBytes& random) noexcept {
  for (std::size_t done = 0; done < digits;) {
    std::uint64_t bytes = random.next();
    for (std::size_t i = 0; i < 16 && done < digits; ++i, ++done, bytes >>= 4) to[done] = kDigits[bytes & 15];
  }
}

bool is_hexadecimal(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) noexcept {
  return is_hexadecimal(text) && text.find_first_not_of('0') != std::string_view::npos;
}

// version "-" trace-id "-" parent-id "-" trace-flags; a higher version may go on after a further dash.
bool is_traceparent(std::string_view text) noexcept {
  if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  const std::string_view version = text.substr(0, 2);
  if (!is_hexadecimal(version) || version == "ff" || !is_hexadecimal(text.substr(53, 2))) return false;
  if (!is_id(text.substr(3, 32)) || !is_id(text.substr(36, 16))) return false;
  return text.size() == 55 || (version != "00" && text[55] == '-');
}

bool is_request_id(std::string_view text) noexcept {
  return text.size() >= 8 && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
                  c == '-';
         });
}

// Of a field that stands exactly once.
std::optional<std::string_view> only(const Fields& fields, std::string_view name) noexcept {
  std::optional<std::string_view> value;
  for (const Field& field : fields) {
    if (field.name.size() != name.size() || !same_name(field.name, name)) continue;
    if (value) return std::nullopt;
    value = field.value;
  }
  return value;
}

}  // namespace

RandomBytes::RandomBytes() {
  if (getrandom(state_.data(), sizeof state_, 0) != sizeof state_) {
    throw std::runtime_error("the system has no random numbers");
  }
}

std::uint64_t RandomBytes::next() noexcept {
  const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

ExchangeIds::ExchangeIds(const RequestHead& head, RandomBytes& random, bool sampled) {
  read_or_make_request_id(head.fields, random);
  read_or_make_trace(head.fields, random, sampled);
}

void ExchangeIds::read_or_make_request_id(const Fields& fields, RandomBytes& random) {
  const std::optional<std::string_view> sent = only(fields, "x-request-id");
  if (sent && is_request_id(*sent)) {
    std::copy(sent->begin(), sent->end(), request_id_.begin());
    request_id_size_ = sent->size();
    return;
  }
  write_random_hexadecimal(request_id_.data(), kMadeRequestId, random);
  request_id_size_ = kMadeRequestId;
}

void ExchangeIds::read_or_make_trace(const Fields& fields, RandomBytes& random, bool sampled) {
  const std::optional<std::string_view> sent = only(fields, "traceparent");
  has_parent_ = sent && is_traceparent(*sent);
  std::memcpy(traceparent_.data(), "00-", 3);
  traceparent_[35] = '-';
  traceparent_[52] = '-';
  if (has_parent_) {
    std::memcpy(traceparent_.data() + 3, sent->data() + 3, 32);
    std::memcpy(parent_.data(), sent->data() + 36, 16);
    constexpr std::string_view kOddDigits = "13579bdf";  // the lowest flag bit
    sampled = kOddDigits.find((*sent)[54]) != std::string_view::npos;
  } else {
    write_random_hexadecimal(traceparent_.data() + 3, 32, random);
  }
  write_random_hexadecimal(traceparent_.data() + 36, 16, random);
  std::memcpy(traceparent_.data() + 53, sampled ? "01" : "00", 2);
}

}  // namespace valion::gateway

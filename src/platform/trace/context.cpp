#include "platform/trace/context.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>

namespace valion::trace {
namespace {

bool is_hexadecimal(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) {
  return is_hexadecimal(text) && text.find_first_not_of('0') != std::string_view::npos;
}

template <std::size_t Bytes>
std::string random_hexadecimal() {
  std::array<std::uint8_t, Bytes> bytes;
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw std::runtime_error("the system has no random numbers");
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace

std::optional<TraceContext> parse_traceparent(std::string_view header) {
  // version "-" trace-id "-" parent-id "-" trace-flags; a higher version may go on after a further dash.
  if (header.size() < 55 || header[2] != '-' || header[35] != '-' || header[52] != '-') return std::nullopt;
  const std::string_view version = header.substr(0, 2);
  const std::string_view trace_id = header.substr(3, 32);
  const std::string_view span_id = header.substr(36, 16);
  const std::string_view flags = header.substr(53, 2);
  if (!is_hexadecimal(version) || version == "ff" || !is_id(trace_id) || !is_id(span_id) || !is_hexadecimal(flags))
    return std::nullopt;
  if (header.size() > 55 && (version == "00" || header[55] != '-')) return std::nullopt;
  constexpr std::string_view kOddDigits = "13579bdf";  // the lowest flag bit
  return TraceContext{std::string(trace_id), std::string(span_id), kOddDigits.find(flags[1]) != std::string_view::npos};
}

std::string to_traceparent(const TraceContext& context) {
  return "00-" + context.trace_id + "-" + context.span_id + (context.sampled ? "-01" : "-00");
}

TraceContext child_of(const TraceContext& parent) { return {parent.trace_id, new_span_id(), parent.sampled}; }

std::string new_trace_id() { return random_hexadecimal<16>(); }
std::string new_span_id() { return random_hexadecimal<8>(); }

std::string accept_request_id(std::optional<std::string_view> header) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  };
  const bool good =
      header && header->size() >= 8 && header->size() <= 128 && std::all_of(header->begin(), header->end(), allowed);
  return good ? std::string(*header) : random_hexadecimal<12>();
}

}  // namespace valion::trace

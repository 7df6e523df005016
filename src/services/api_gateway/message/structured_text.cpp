// Structured Fields written in their canonical form (RFC 9651 section 4.1).
#include <algorithm>
#include <string>

#include "services/api_gateway/message/structured_characters.hpp"
#include "services/api_gateway/message/structured_fields.hpp"

namespace valion::gateway::structured {

namespace {

tl::unexpected<Error> unwritable(const std::string& what) {
  return fail(ErrorKind::invalid, "cannot be written as a structured field: " + what);
}

Result<void> write_integer(std::int64_t value, std::string& out) {
  if (value < -kLargestInteger || value > kLargestInteger) return unwritable("an integer of more than 15 digits");
  out += std::to_string(value);
  return {};
}

Result<void> write(std::int64_t value, std::string& out) { return write_integer(value, out); }

Result<void> write(const Decimal& value, std::string& out) {
  const std::int64_t thousandths = value.thousandths;
  if (thousandths < -kLargestInteger || thousandths > kLargestInteger)
    return unwritable("a decimal of more than 12 digits");
  const std::int64_t size = thousandths < 0 ? -thousandths : thousandths;
  std::string fraction = std::to_string(1'000 + size % 1'000).substr(1);
  while (fraction.size() > 1 && fraction.back() == '0') fraction.pop_back();
  if (thousandths < 0) out += '-';
  out += std::to_string(size / 1'000) + "." + fraction;
  return {};
}

Result<void> write(const std::string& text, std::string& out) {
  if (!std::all_of(text.begin(), text.end(), &is_printable))
    return unwritable("a string of other than printable ASCII");
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
  return {};
}

Result<void> write(const Token& token, std::string& out) {
  const std::string& text = token.text;
  if (text.empty() || (text[0] != '*' && !is_letter(text[0])) ||
      !std::all_of(text.begin(), text.end(), &continues_token)) {
    return unwritable("a token of other letters");
  }
  out += text;
  return {};
}

Result<void> write(const Bytes& value, std::string& out) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  out += ':';
  const std::string& bytes = value.bytes;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = bits << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    const std::size_t letters = std::min<std::size_t>(bytes.size() - i, 3) + 1;
    for (std::size_t k = 0; k < 4; ++k) out += k < letters ? kLetters[bits >> (18 - 6 * k) & 63u] : '=';
  }
  out += ':';
  return {};
}

Result<void> write(bool value, std::string& out) {
  out += value ? "?1" : "?0";
  return {};
}

Result<void> write(const Date& date, std::string& out) {
  out += '@';
  return write_integer(date.seconds, out);
}

Result<void> write(const DisplayString& value, std::string& out) {
  if (!is_utf8(value.text)) return unwritable("a display string of other than UTF-8");
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "%\"";
  for (const char c : value.text) {
    if (is_printable(c) && c != '%' && c != '"') {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kHex[byte >> 4], kHex[byte & 15u]};
  }
  out += '"';
  return {};
}

Result<void> write(const BareItem& item, std::string& out) {
  return std::visit([&](const auto& value) { return write(value, out); }, item);
}

Result<void> write_key(const std::string& key, std::string& out) {
  if (key.empty() || !begins_key(key[0]) || !std::all_of(key.begin(), key.end(), &continues_key)) {
    return unwritable("a key of other letters");
  }
  out += key;
  return {};
}

bool is_true(const BareItem& item) { return std::holds_alternative<bool>(item) && std::get<bool>(item); }

Result<void> write_parameters(const Parameters& parameters, std::string& out) {
  for (const Parameter& parameter : parameters) {
    out += ';';
    VALION_TRY(write_key(parameter.key, out));
    if (is_true(parameter.value)) continue;
    out += '=';
    VALION_TRY(write(parameter.value, out));
  }
  return {};
}

Result<void> write_item(const Item& item, std::string& out) {
  VALION_TRY(write(item.value, out));
  return write_parameters(item.parameters, out);
}

Result<void> write_inner_list(const InnerList& list, std::string& out) {
  out += '(';
  for (const Item& item : list.items) {
    if (&item != &list.items.front()) out += ' ';
    VALION_TRY(write_item(item, out));
  }
  out += ')';
  return write_parameters(list.parameters, out);
}

Result<void> write_member(const Member& member, std::string& out) {
  if (const Item* item = std::get_if<Item>(&member)) return write_item(*item, out);
  return write_inner_list(std::get<InnerList>(member), out);
}

}  // namespace

Result<std::string> serialise(const Item& item) {
  std::string out;
  VALION_TRY(write_item(item, out));
  return out;
}

Result<std::string> serialise(const List& list) {
  std::string out;
  for (const Member& member : list) {
    if (!out.empty()) out += ", ";
    VALION_TRY(write_member(member, out));
  }
  return out;
}

Result<std::string> serialise(const Dictionary& dictionary) {
  std::string out;
  for (const Entry& entry : dictionary) {
    if (!out.empty()) out += ", ";
    VALION_TRY(write_key(entry.key, out));
    const Item* item = std::get_if<Item>(&entry.member);
    if (item != nullptr && is_true(item->value)) {
      VALION_TRY(write_parameters(item->parameters, out));
      continue;
    }
    out += '=';
    VALION_TRY(write_member(entry.member, out));
  }
  return out;
}

}  // namespace valion::gateway::structured

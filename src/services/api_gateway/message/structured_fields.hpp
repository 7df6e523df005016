// Structured Field values (RFC 9651, which replaces RFC 8941): lists, dictionaries and items, read strictly and written
// in their one canonical form. Reading fails as a whole or not at all: a field that is not well-formed is to be ignored
// (section 4.2).
//
//   Result<structured::List> list = structured::parse_list(R"("burst";q=100;w=60, "daily";q=1000;w=86400)");
//   Result<std::string> text = structured::serialise(*list);
//
// A key that comes twice keeps its first place and its last value. At most kMostMembers keys of a dictionary and
// kMostParameters of parameters, as many as the RFC wants at least, so a hostile field costs no more than milliseconds.
// A byte sequence may lack its padding. Decimals are exact, in thousandths.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "services/api_gateway/message/head.hpp"

namespace valion::gateway::structured {

inline constexpr std::size_t kMostMembers = 1'024;
inline constexpr std::size_t kMostParameters = 256;
inline constexpr std::int64_t kLargestInteger =
    999'999'999'999'999;  // 15 digits, either sign; also of a decimal's thousandths

struct Decimal {
  std::int64_t thousandths = 0;
  bool operator==(const Decimal&) const = default;
};
struct Token {
  std::string text;
  bool operator==(const Token&) const = default;
};
struct Bytes {
  std::string bytes;
  bool operator==(const Bytes&) const = default;
};
struct Date {
  std::int64_t seconds = 0;  // since 1970
  bool operator==(const Date&) const = default;
};
struct DisplayString {
  std::string text;  // UTF-8
  bool operator==(const DisplayString&) const = default;
};

// std::string is a String: printable ASCII.
using BareItem = std::variant<std::int64_t, Decimal, std::string, Token, Bytes, bool, Date, DisplayString>;

struct Parameter {
  std::string key;
  BareItem value;
  bool operator==(const Parameter&) const = default;
};
using Parameters = std::vector<Parameter>;
[[nodiscard]] const BareItem* find(const Parameters& parameters, std::string_view key) noexcept;

struct Item {
  BareItem value;
  Parameters parameters;
  bool operator==(const Item&) const = default;
};
struct InnerList {
  std::vector<Item> items;
  Parameters parameters;
  bool operator==(const InnerList&) const = default;
};
using Member = std::variant<Item, InnerList>;
using List = std::vector<Member>;

struct Entry {
  std::string key;
  Member member;
  bool operator==(const Entry&) const = default;
};
using Dictionary = std::vector<Entry>;
[[nodiscard]] const Member* find(const Dictionary& dictionary, std::string_view key) noexcept;

// malformed, with the place. An empty text is an empty list or dictionary, but no item.
[[nodiscard]] Result<Item> parse_item(std::string_view text);
[[nodiscard]] Result<List> parse_list(std::string_view text);
[[nodiscard]] Result<Dictionary> parse_dictionary(std::string_view text);

// All lines of a field as one text (section 4.2): joined by commas.
[[nodiscard]] std::string joined(const Fields& fields, std::string_view name);

// invalid when a value cannot be written: a number out of range, a text with other bytes than its type allows. An empty
// list or dictionary is an empty text: do not send the field then.
[[nodiscard]] Result<std::string> serialise(const Item& item);
[[nodiscard]] Result<std::string> serialise(const List& list);
[[nodiscard]] Result<std::string> serialise(const Dictionary& dictionary);

}  // namespace valion::gateway::structured

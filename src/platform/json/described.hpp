// JSON for described structs: one BOOST_DESCRIBE_STRUCT gives reading (all errors at once), writing and, later, the schema.
//
//   struct Split { Date train_to; std::optional<double> minimum_price; std::int64_t folds = 5;
//                  static constexpr std::array kDefaulted{"folds"}; };
//   BOOST_DESCRIBE_STRUCT(Split, (), (train_to, minimum_price, folds))
//
//   Result<Split> split = json::decode<Split>(text);     // malformed (not JSON), invalid (violations with JSON Pointers)
//   std::string text = json::encode(split);
//
// Members: bool, integers (not std::uint64_t), double, std::string, Date (yyyy-mm-dd), Hash, Cell, described enums (by their names),
// std::optional (absent or null: none; written as absent), std::vector, std::map<std::string, T>, described structs, and Raw
// (any JSON, kept as text). A member is required unless it is optional, or named in the struct's `kDefaulted`. Unknown and
// duplicate keys are violations, except unknown ones with Unknown::ignored (answers of a newer service). What a member may hold
// beyond its type is declared in `kMembers` (member.hpp) and enforced likewise; what concerns several members together, a struct
// checks itself with `void check(json::Checker& checker) const;`. Numbers: read by simdjson, written shortest-round-trip by
// std::to_chars; non-finite ones cannot be read and are written as null. Depth is limited to 64.
#pragma once

#include <boost/describe.hpp>
#include <boost/mp11/algorithm.hpp>

#include <algorithm>
#include <concepts>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/cell.hpp"
#include "base/date.hpp"
#include "base/hash.hpp"
#include "base/result.hpp"
#include "platform/json/member.hpp"
#include "platform/json/node.hpp"
#include "platform/json/writer.hpp"

namespace valion::json {

enum class Unknown { refused, ignored };

// Any JSON value kept as its compact text. Used where one service only passes on what another one defines.
struct Raw {
  std::string text = "null";
};

namespace detail {

struct Reading {
  Checker& checker;
  Unknown unknown;
};

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class T>
concept Described = boost::describe::has_describe_members<T>::value && !std::is_union_v<T>;
template <class T>
concept DescribedEnum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;
// Those that an std::int64_t holds: a std::uint64_t member does not compile, because its upper half would be written negative.
template <class T>
concept Integer =
    std::integral<T> && !std::same_as<T, bool> && (std::is_signed_v<T> || sizeof(T) < sizeof(std::int64_t));

template <class T>
constexpr bool is_defaulted(std::string_view member) {
  if constexpr (requires { T::kDefaulted; }) {
    return std::find(T::kDefaulted.begin(), T::kDefaulted.end(), member) != T::kDefaulted.end();
  } else {
    return false;
  }
}

// The non-template part of reading, in described.cpp. Each says the violation itself and returns false.
bool expect(const Reading& reading, const Node& node, Kind kind, std::string_view pointer);
bool read_into(const Reading& reading, const Node& node, std::string_view pointer, bool& value);
bool read_into(const Reading& reading, const Node& node, std::string_view pointer, double& value);
bool read_into(const Reading& reading, const Node& node, std::string_view pointer, std::string& value);
bool read_into(const Reading& reading, const Node& node, std::string_view pointer, Date& value);
bool read_into(const Reading& reading, const Node& node, std::string_view pointer, Hash& value);
bool read_into(const Reading& reading, const Node& node, std::string_view pointer, Cell& value);
bool read_into(const Reading& reading, const Node& node, std::string_view pointer, Raw& value);
bool read_integer(const Reading& reading, const Node& node, std::string_view pointer, std::int64_t least,
                  std::int64_t most, std::int64_t& value);
// What the object has, by name; duplicates are violations and keep the first.
std::map<std::string, Node, std::less<>> members_of(const Reading& reading, const Node& node, std::string_view pointer);
void refuse_unknown(const Reading& reading, const std::map<std::string, Node, std::less<>>& members,
                    const std::vector<std::string_view>& known, std::string_view pointer);

template <Integer T>
bool read_into(const Reading& reading, const Node& node, std::string_view pointer, T& value) {
  std::int64_t wide = 0;
  constexpr std::int64_t kLeast = std::numeric_limits<T>::min();
  constexpr std::int64_t kMost = std::numeric_limits<T>::max();
  if (!read_integer(reading, node, pointer, kLeast, kMost, wide)) return false;
  value = static_cast<T>(wide);
  return true;
}

template <DescribedEnum T>
bool read_into(const Reading& reading, const Node& node, std::string_view pointer, T& value) {
  if (!expect(reading, node, Kind::text, pointer)) return false;
  bool found = false;
  std::string names;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto enumerator) {
    names += std::string(names.empty() ? "" : ", ") + enumerator.name;
    if (node.text() == enumerator.name) {
      value = enumerator.value;
      found = true;
    }
  });
  if (!found) reading.checker.violation(pointer, "must be one of " + names, std::string(node.text()));
  return found;
}

template <class T>
bool read_into(const Reading& reading, const Node& node, std::string_view pointer, std::optional<T>& value);
template <class T>
bool read_into(const Reading& reading, const Node& node, std::string_view pointer, std::vector<T>& value);
template <class T>
bool read_into(const Reading& reading, const Node& node, std::string_view pointer, std::map<std::string, T>& value);
template <Described T>
bool read_into(const Reading& reading, const Node& node, std::string_view pointer, T& value);

template <class T>
bool read_into(const Reading& reading, const Node& node, std::string_view pointer, std::optional<T>& value) {
  if (node.kind() == Kind::null) return true;
  return read_into(reading, node, pointer, value.emplace());
}

template <class T>
bool read_into(const Reading& reading, const Node& node, std::string_view pointer, std::vector<T>& value) {
  if (!expect(reading, node, Kind::array, pointer)) return false;
  value.clear();
  bool good = true;
  node.each_element([&](std::size_t position, const Node& element) {
    T one{};
    good = read_into(reading, element, pointer_to(pointer, std::to_string(position)), one) && good;
    value.push_back(std::move(one));
  });
  return good;
}

template <class T>
bool read_into(const Reading& reading, const Node& node, std::string_view pointer, std::map<std::string, T>& value) {
  if (!expect(reading, node, Kind::object, pointer)) return false;
  value.clear();
  bool good = true;
  for (const auto& [name, member] : members_of(reading, node, pointer)) {
    good = read_into(reading, member, pointer_to(pointer, name), value[name]) && good;
  }
  return good;
}

template <class T, class Members>
bool read_member(const Reading& reading, const Members& members, std::string_view pointer, const char* name,
                 auto& member) {
  const auto found = members.find(std::string_view(name));
  if (found != members.end()) {
    const std::string place = pointer_to(pointer, name);
    const bool good = read_into(reading, found->second, place, member);
    const Member* declared = declared_member<T>(name);
    if (good && declared != nullptr && reading.unknown == Unknown::refused) {
      limit(reading.checker, place, *declared, std::as_const(member));
    }
    return good;
  }
  if (IsOptional<std::remove_cvref_t<decltype(member)>>::value || is_defaulted<T>(name)) return true;
  reading.checker.violation(pointer_to(pointer, name), "is required");
  return false;
}

template <Described T>
bool read_into(const Reading& reading, const Node& node, std::string_view pointer, T& value) {
  if (!expect(reading, node, Kind::object, pointer)) return false;
  const auto members = members_of(reading, node, pointer);
  std::vector<std::string_view> known;
  bool good = true;
  boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_any_access>>([&](auto descriptor) {
    known.push_back(descriptor.name);
    good = read_member<T>(reading, members, pointer, descriptor.name, value.*descriptor.pointer) && good;
  });
  if (reading.unknown == Unknown::refused) refuse_unknown(reading, members, known, pointer);
  if constexpr (requires { value.check(reading.checker); }) {
    if (good) {  // a struct checks itself only when it is complete
      const std::string outer = reading.checker.prefix();
      reading.checker.set_prefix(outer + std::string(pointer));
      value.check(reading.checker);
      reading.checker.set_prefix(outer);
    }
  }
  return good;
}

inline void write(std::string& out, bool value) { out += value ? "true" : "false"; }
inline void write(std::string& out, double value) { write_number(out, value); }
template <Integer T>
void write(std::string& out, T value) {
  write_integer(out, static_cast<std::int64_t>(value));
}
inline void write(std::string& out, const std::string& value) { write_text(out, value); }
inline void write(std::string& out, const Date& value) { write_text(out, value.text()); }
inline void write(std::string& out, const Hash& value) { write_text(out, value.text()); }
inline void write(std::string& out, const Raw& value) { out += value.text; }
void write(std::string& out, const Cell& value);
template <DescribedEnum T>
void write(std::string& out, T value);
template <class T>
void write(std::string& out, const std::optional<T>& value);
template <class T>
void write(std::string& out, const std::vector<T>& value);
template <class T>
void write(std::string& out, const std::map<std::string, T>& value);
template <Described T>
void write(std::string& out, const T& value);

template <DescribedEnum T>
void write(std::string& out, T value) {
  write_text(out, boost::describe::enum_to_string(value, ""));
}

template <class T>
void write(std::string& out, const std::optional<T>& value) {
  if (value) {
    write(out, *value);
  } else {
    out += "null";
  }
}

template <class T>
void write(std::string& out, const std::vector<T>& value) {
  out += '[';
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (i > 0) out += ',';
    write(out, value[i]);
  }
  out += ']';
}

template <class T>
void write(std::string& out, const std::map<std::string, T>& value) {
  out += '{';
  for (auto it = value.begin(); it != value.end(); ++it) {
    if (it != value.begin()) out += ',';
    write_text(out, it->first);
    out += ':';
    write(out, it->second);
  }
  out += '}';
}

template <class T>
constexpr bool is_absent(const T&) {
  return false;
}
template <class T>
constexpr bool is_absent(const std::optional<T>& value) {
  return !value.has_value();
}

template <Described T>
void write(std::string& out, const T& value) {
  out += '{';
  bool first = true;
  boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_any_access>>([&](auto descriptor) {
    const auto& member = value.*descriptor.pointer;
    if (is_absent(member)) return;
    if (!first) out += ',';
    first = false;
    write_text(out, descriptor.name);
    out += ':';
    write(out, member);
  });
  out += '}';
}

}  // namespace detail

template <class T>
[[nodiscard]] Result<T> decode(std::string_view text, Unknown unknown = Unknown::refused) {
  VALION_TRY_ASSIGN(const Document document, Document::parse(text));
  Checker checker;
  T value{};
  detail::read_into(detail::Reading{checker, unknown}, document.root(), "", value);
  if (!checker.clean()) return fail(std::move(checker).error());
  return value;
}

template <class T>
[[nodiscard]] std::string encode(const T& value) {
  std::string out;
  detail::write(out, value);
  return out;
}

}  // namespace valion::json

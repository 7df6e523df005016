// What a member of a described struct may hold beyond its type, and what it means: ONE definition that reading enforces and the
// API description shows.
//
//   struct Search { std::string name; std::int64_t limit = 20; std::vector<std::string> roles;
//                   static constexpr std::array kMembers{
//                       json::member("name").characters(1, 200).says("what it is for", "para que serve"),
//                       json::member("limit").range(1, 100),
//                       json::member("roles").elements(1, 16).characters(1, 32).alphabet("a-z0-9_")}; };
//
// Of a vector or a map, what is said of texts and numbers holds for each element. Everything is a constant: no cost at start.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "platform/json/node.hpp"

namespace valion::json {

struct Member {
  static constexpr std::uint32_t kNoLimit = std::numeric_limits<std::uint32_t>::max();

  std::string_view name;
  double least = -std::numeric_limits<double>::infinity(), most = std::numeric_limits<double>::infinity();
  std::uint32_t shortest = 0, longest = kNoLimit;  // characters (Unicode code points)
  std::uint32_t fewest = 0, greatest = kNoLimit;   // elements
  bool differ = false;                             // no element stands twice
  bool needs_ink = false;                          // not only white space
  std::string_view characters_of;                  // the only characters, as in a regular expression: `a-z0-9._@+-`
  std::string_view choices;                        // the only texts, separated by spaces
  std::string_view never;                          // a text that it may not be
  std::string_view format;                         // of JSON Schema, shown and not enforced: `date-time`, `uri`
  std::string_view meaning, meaning_pt;            // for people, in English and in Portuguese

  // Each a copy with one thing more said. Without templates: clang 14 does not instantiate them early enough for constants of a class.

  [[nodiscard]] constexpr Member range(double from, double to) const {
    Member m = *this;
    m.least = from;
    m.most = to;
    return m;
  }
  [[nodiscard]] constexpr Member at_least(double from) const {
    Member m = *this;
    m.least = from;
    return m;
  }
  [[nodiscard]] constexpr Member characters(std::uint32_t from, std::uint32_t to) const {
    Member m = *this;
    m.shortest = from;
    m.longest = to;
    return m;
  }
  [[nodiscard]] constexpr Member elements(std::uint32_t from, std::uint32_t to) const {
    Member m = *this;
    m.fewest = from;
    m.greatest = to;
    return m;
  }
  [[nodiscard]] constexpr Member distinct() const {
    Member m = *this;
    m.differ = true;
    return m;
  }
  [[nodiscard]] constexpr Member not_blank() const {
    Member m = *this;
    m.needs_ink = true;
    return m;
  }
  [[nodiscard]] constexpr Member alphabet(std::string_view only) const {
    Member m = *this;
    m.characters_of = only;
    return m;
  }
  [[nodiscard]] constexpr Member one_of(std::string_view texts) const {
    Member m = *this;
    m.choices = texts;
    return m;
  }
  [[nodiscard]] constexpr Member but_not(std::string_view text) const {
    Member m = *this;
    m.never = text;
    return m;
  }
  [[nodiscard]] constexpr Member form(std::string_view name_of_it) const {
    Member m = *this;
    m.format = name_of_it;
    return m;
  }
  [[nodiscard]] constexpr Member says(std::string_view english, std::string_view portuguese) const {
    Member m = *this;
    m.meaning = english;
    m.meaning_pt = portuguese;
    return m;
  }
};

[[nodiscard]] constexpr Member member(std::string_view name) {
  Member made;
  made.name = name;
  return made;
}

// The declaration of T's member `name`; null when there is none.
template <class T>
[[nodiscard]] constexpr const Member* declared_member(std::string_view name) {
  if constexpr (requires { T::kMembers; }) {
    for (const Member& one : T::kMembers) {
      if (one.name == name) return &one;
    }
  }
  return nullptr;
}

[[nodiscard]] std::vector<std::string_view> choices_of(const Member& member);

namespace detail {

void limit_text(Checker& checker, std::string_view pointer, const Member& member, const std::string& text);
void limit_number(Checker& checker, std::string_view pointer, const Member& member, double number);
void limit_count(Checker& checker, std::string_view pointer, const Member& member, std::size_t elements);
void twice(Checker& checker, std::string_view pointer);

template <class T>
void limit(Checker& checker, std::string_view pointer, const Member& member, const std::optional<T>& value);
template <class T>
void limit(Checker& checker, std::string_view pointer, const Member& member, const std::map<std::string, T>& values);
template <class T>
void limit(Checker& checker, std::string_view pointer, const Member& member, const std::vector<T>& values);

template <class T>
void limit(Checker&, std::string_view, const Member&, const T&) {}  // nothing can be said of other types
inline void limit(Checker& checker, std::string_view pointer, const Member& member, const std::string& text) {
  limit_text(checker, pointer, member, text);
}
template <class T>
requires std::is_arithmetic_v<T> &&(!std::is_same_v<T, bool>)void limit(Checker& checker, std::string_view pointer,
                                                                        const Member& member, const T& number) {
  limit_number(checker, pointer, member, static_cast<double>(number));
}
template <class T>
void limit(Checker& checker, std::string_view pointer, const Member& member, const std::optional<T>& value) {
  if (value) limit(checker, pointer, member, *value);
}
template <class T>
void limit(Checker& checker, std::string_view pointer, const Member& member, const std::map<std::string, T>& values) {
  limit_count(checker, pointer, member, values.size());
  for (const auto& [key, value] : values) limit(checker, pointer_to(pointer, key), member, value);
}
template <class T>
void limit(Checker& checker, std::string_view pointer, const Member& member, const std::vector<T>& values) {
  limit_count(checker, pointer, member, values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string place = pointer_to(pointer, std::to_string(i));
    limit(checker, place, member, static_cast<const T&>(values[i]));
    if constexpr (std::is_same_v<T, std::string> || std::is_arithmetic_v<T>) {
      for (std::size_t before = 0; member.differ && before < i && i < 1'000; ++before) {
        if (values[before] != values[i]) continue;
        twice(checker, place);
        break;
      }
    }
  }
}

}  // namespace detail

}  // namespace valion::json

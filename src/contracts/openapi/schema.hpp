// JSON Schema (2020-12, as OpenAPI 3.1 takes it) from described structs: what json::decode accepts, and what json::encode writes.
//
// The two differ. In a request a member that is optional may be absent or null, one of `kDefaulted` may be absent, and unknown
// members are refused. In an answer an optional member is absent or a value, everything else is there, and a newer service may
// add members. A type that stands in both directions and differs gets two components, `Name` and `Name-Output`. Limits and
// meanings come from `kMembers` (platform/json/member.hpp).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "contracts/openapi/json_object.hpp"
#include "platform/json/described.hpp"

namespace valion::openapi {

enum class Language { en, pt_br };
enum class Direction { request, answer };

// The components that were referred to so far. Refer to all requests before the first answer. One thread.
class SchemaBook {
 public:
  explicit SchemaBook(Language language) : language_(language) {}
  [[nodiscard]] Language language() const { return language_; }

  // The schema of T: written out, or for a described struct a reference to its component.
  template <class T>
  [[nodiscard]] JsonObject schema(Direction direction) {
    return schema_of<T>(direction, nullptr);
  }
  // Of what is no struct member: a query parameter.
  template <class T>
  [[nodiscard]] JsonObject schema(Direction direction, const json::Member& declared) {
    JsonObject made = schema_of<T>(direction, &declared);
    describe(made, declared);
    return made;
  }
  // By name, as the members of `components/schemas`.
  [[nodiscard]] JsonObject components() const;

 private:
  template <class T>
  JsonObject schema_of(Direction direction, const json::Member* declared);
  template <class T>
  JsonObject component(Direction direction);

  // Throws std::logic_error when two types have one name.
  [[nodiscard]] JsonObject keep(Direction direction, std::string_view full_name, const JsonObject& made);
  void describe(JsonObject& schema, const json::Member& declared) const;

  Language language_;
  std::map<std::string, std::string> requests_, answers_;       // name > schema
  std::map<std::string, std::string, std::less<>> full_names_;  // name > where it is declared
};

namespace detail {

[[nodiscard]] JsonObject text_schema(const json::Member* declared);
[[nodiscard]] JsonObject number_schema(const char* type, const json::Member* declared);
[[nodiscard]] JsonObject array_schema(const JsonObject& items, const json::Member* declared);
[[nodiscard]] JsonObject map_schema(const JsonObject& values, const json::Member* declared);
[[nodiscard]] JsonObject or_null(JsonObject schema);
[[nodiscard]] JsonObject hash_schema();
[[nodiscard]] JsonObject day_schema();

// The type's name with its namespaces, out of what the compiler calls this function.
template <class T>
[[nodiscard]] std::string_view full_name_of() {
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find("T = ") + 4);
  return text.substr(0, text.find_first_of(";]"));
}

template <class T>
struct ElementOf {};
template <class T>
struct ElementOf<std::vector<T>> {
  using type = T;
};
template <class T>
struct ElementOf<std::optional<T>> {
  using type = T;
};
template <class T>
struct ElementOf<std::map<std::string, T>> {
  using type = T;
};
template <class T>
inline constexpr bool kIsMap = false;
template <class T>
inline constexpr bool kIsMap<std::map<std::string, T>> = true;
template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;

}  // namespace detail

template <class T>
JsonObject SchemaBook::schema_of(Direction direction, const json::Member* declared) {
  using json::detail::IsOptional;
  if constexpr (IsOptional<T>::value) {
    // Below a vector an absent value is written as null, in both directions; a member's is handled by component().
    return detail::or_null(schema_of<typename detail::ElementOf<T>::type>(direction, declared));
  } else if constexpr (detail::kIsVector<T>) {
    return detail::array_schema(schema_of<typename detail::ElementOf<T>::type>(direction, declared), declared);
  } else if constexpr (detail::kIsMap<T>) {
    return detail::map_schema(schema_of<typename detail::ElementOf<T>::type>(direction, declared), declared);
  } else if constexpr (std::same_as<T, bool>) {
    return JsonObject().set_text("type", "boolean");
  } else if constexpr (json::detail::Integer<T>) {
    return detail::number_schema("integer", declared);
  } else if constexpr (std::same_as<T, double>) {
    return detail::number_schema("number", declared);
  } else if constexpr (std::same_as<T, std::string>) {
    return detail::text_schema(declared);
  } else if constexpr (std::same_as<T, Date>) {
    return detail::day_schema();
  } else if constexpr (std::same_as<T, Hash>) {
    return detail::hash_schema();
  } else if constexpr (std::same_as<T, Cell>) {
    return JsonObject().set("type", R"(["null","boolean","number","string"])");
  } else if constexpr (std::same_as<T, json::Raw>) {
    return {};
  } else if constexpr (json::detail::DescribedEnum<T>) {
    JsonArray names;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto one) { names.add_text(one.name); });
    return JsonObject().set_text("type", "string").set("enum", names.text());
  } else {
    return component<T>(direction);
  }
}

template <class T>
JsonObject SchemaBook::component(Direction direction) {
  const T blank{};
  JsonObject properties;
  JsonArray required;
  boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_any_access>>([&](auto descriptor) {
    using Kind = std::remove_cvref_t<decltype(std::declval<T>().*descriptor.pointer)>;
    constexpr bool kOptional = json::detail::IsOptional<Kind>::value;
    const json::Member* declared = json::declared_member<T>(descriptor.name);
    const bool defaulted = json::detail::is_defaulted<T>(descriptor.name);
    JsonObject property;
    if constexpr (kOptional) {
      using Present = typename detail::ElementOf<Kind>::type;
      property = schema_of<Present>(direction, declared);
      if (direction == Direction::request) property = detail::or_null(std::move(property));
    } else {
      property = schema_of<Kind>(direction, declared);
    }
    if (declared != nullptr) describe(property, *declared);
    if (direction == Direction::request && defaulted) property.set("default", json::encode(blank.*descriptor.pointer));
    if (!kOptional && (direction == Direction::answer || !defaulted)) required.add_text(descriptor.name);
    properties.set(descriptor.name, property.text());
  });
  JsonObject made;
  made.set_text("type", "object").set("properties", properties.text());
  if (!required.empty()) made.set("required", required.text());
  if (direction == Direction::request) made.set("additionalProperties", "false");
  return keep(direction, detail::full_name_of<T>(), made);
}

}  // namespace valion::openapi

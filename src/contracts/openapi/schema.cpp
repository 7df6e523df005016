#include "contracts/openapi/schema.hpp"

#include <stdexcept>

namespace valion::openapi {
namespace {

std::string number_text(double number) {
  std::string text;
  json::write_number(text, number);
  return text;
}

JsonObject reference(std::string_view name) {
  return JsonObject().set_text("$ref", "#/components/schemas/" + std::string(name));
}

void limit_count(JsonObject& schema, const json::Member* declared, const char* fewest, const char* most) {
  if (declared == nullptr) return;
  if (declared->fewest > 0) schema.set(fewest, std::to_string(declared->fewest));
  if (declared->greatest != json::Member::kNoLimit) schema.set(most, std::to_string(declared->greatest));
}

}  // namespace

namespace detail {

JsonObject text_schema(const json::Member* declared) {
  JsonObject schema;
  schema.set_text("type", "string");
  if (declared == nullptr) return schema;
  if (!declared->choices.empty()) {
    JsonArray choices;
    for (const std::string_view choice : json::choices_of(*declared)) choices.add_text(choice);
    schema.set("enum", choices.text());
  }
  if (declared->shortest > 0) schema.set("minLength", std::to_string(declared->shortest));
  if (declared->longest != json::Member::kNoLimit) schema.set("maxLength", std::to_string(declared->longest));
  if (!declared->characters_of.empty()) {
    schema.set_text("pattern", "^[" + std::string(declared->characters_of) + "]*$");
  } else if (declared->needs_ink) {
    schema.set_text("pattern", "[^ \\t\\r\\n]");
  }
  if (!declared->never.empty()) {
    schema.set("not", JsonObject().set_text("const", declared->never).text());
  }
  if (!declared->format.empty()) schema.set_text("format", declared->format);
  return schema;
}

JsonObject number_schema(const char* type, const json::Member* declared) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  JsonObject schema;
  schema.set_text("type", type);
  if (std::string_view(type) == "integer") schema.set_text("format", "int64");
  if (declared != nullptr && declared->least != -kInfinity) schema.set("minimum", number_text(declared->least));
  if (declared != nullptr && declared->most != kInfinity) schema.set("maximum", number_text(declared->most));
  return schema;
}

JsonObject array_schema(const JsonObject& items, const json::Member* declared) {
  JsonObject schema;
  schema.set_text("type", "array").set("items", items.text());
  limit_count(schema, declared, "minItems", "maxItems");
  if (declared != nullptr && declared->differ) schema.set("uniqueItems", "true");
  return schema;
}

JsonObject map_schema(const JsonObject& values, const json::Member* declared) {
  JsonObject schema;
  schema.set_text("type", "object").set("additionalProperties", values.text());
  limit_count(schema, declared, "minProperties", "maxProperties");
  return schema;
}

JsonObject or_null(JsonObject schema) {
  const std::string* type = schema.find("type");
  if (type == nullptr && schema.empty()) return schema;  // anything may be null already
  if (type == nullptr) return JsonObject().set("anyOf", "[" + schema.text() + R"(,{"type":"null"}])");
  if (type->front() != '"') return schema;
  schema.set("type", "[" + *type + R"(,"null"])");
  if (const std::string* choices = schema.find("enum")) {
    schema.set("enum", choices->substr(0, choices->size() - 1) + ",null]");
  }
  return schema;
}

JsonObject hash_schema() { return JsonObject().set_text("type", "string").set_text("pattern", "^[0-9a-f]{64}$"); }

JsonObject day_schema() { return JsonObject().set_text("type", "string").set_text("format", "date"); }

}  // namespace detail

JsonObject SchemaBook::components() const {
  std::map<std::string, std::string> all = requests_;
  all.insert(answers_.begin(), answers_.end());
  JsonObject object;
  for (const auto& [name, schema] : all) object.set(name, schema);
  return object;
}

JsonObject SchemaBook::keep(Direction direction, std::string_view full_name, const JsonObject& made) {
  const auto colon = full_name.rfind(':');
  const std::string name(colon == std::string_view::npos ? full_name : full_name.substr(colon + 1));
  const auto [known, first] = full_names_.emplace(name, full_name);
  if (!first && known->second != full_name) {
    throw std::logic_error("two types of the API are called " + name + ": " + known->second + " and " +
                           std::string(full_name));
  }
  const std::string text = made.text();
  if (direction == Direction::request) {
    requests_.insert_or_assign(name, text);
    return reference(name);
  }
  const auto asked = requests_.find(name);
  const std::string own = asked == requests_.end() ? name : name + "-Output";
  answers_.insert_or_assign(own, text);
  return reference(own);
}

void SchemaBook::describe(JsonObject& schema, const json::Member& declared) const {
  const std::string_view meaning = language_ == Language::en ? declared.meaning : declared.meaning_pt;
  if (!meaning.empty()) schema.set_text("description", meaning);
}

}  // namespace valion::openapi

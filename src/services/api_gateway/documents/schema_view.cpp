#include "services/api_gateway/documents/schema_view.hpp"

#include <set>

#include "platform/http/html_text.hpp"
#include "services/api_gateway/documents/html.hpp"

namespace valion::gateway {
namespace {

using html::element;
using http::html_escaped;
using openapi::Language;
using openapi::Text;

std::string link_to(std::string_view reference) {
  const std::string name(reference.substr(reference.rfind('/') + 1));
  return "<a class=\"type\" href=\"#schema-" + html_escaped(name) + "\">" + html_escaped(name) + "</a>";
}

Text type_name(std::string_view type) {
  if (type == "string") return {"text", "texto"};
  if (type == "number") return {"number", "número"};
  if (type == "integer") return {"integer", "inteiro"};
  if (type == "boolean") return {"true or false", "verdadeiro ou falso"};
  if (type == "null") return {"null", "nulo"};
  if (type == "object") return {"object", "objeto"};
  return {type, type};
}

std::string plain_type(const json::Node& schema, Language language) {
  const auto type = member_of(schema, "type");
  if (!type) return std::string(Text{"anything", "qualquer coisa"}.in(language));
  if (type->kind() == json::Kind::text) {
    const std::string format = text_of(schema, "format");
    if (format == "date") return std::string(Text{"day, yyyy-mm-dd", "dia, aaaa-mm-dd"}.in(language));
    if (format == "date-time") return std::string(Text{"moment, RFC 3339", "momento, RFC 3339"}.in(language));
    if (text_of(schema, "pattern") == "^[0-9a-f]{64}$") return "SHA-256";
    return std::string(type_name(type->text()).in(language));
  }
  std::string names;
  type->each_element([&](std::size_t, const json::Node& one) {
    if (!names.empty()) names += Text{" or ", " ou "}.in(language);
    names += type_name(one.text()).in(language);
  });
  return names;
}

std::string range_text(const json::Node& schema, std::string_view least, std::string_view most, Text what,
                       Language language) {
  const auto from = member_of(schema, least), to = member_of(schema, most);
  if (!from && !to) return {};
  const std::string unit = what.en.empty() ? "" : " " + std::string(what.in(language));
  if (from && to && from->compact() == to->compact()) return from->compact() + unit;
  if (from && to) return from->compact() + std::string(Text{" to ", " a "}.in(language)) + to->compact() + unit;
  if (from) return std::string(Text{"at least ", "no mínimo "}.in(language)) + from->compact() + unit;
  return std::string(Text{"at most ", "no máximo "}.in(language)) + to->compact() + unit;
}

void add_part(std::string& out, const std::string& part) {
  if (!part.empty()) out += (out.empty() ? "" : "; ") + part;
}

std::string choices_html(const json::Node& schema) {
  std::string out;
  if (const auto choices = member_of(schema, "enum")) {
    choices->each_element([&](std::size_t, const json::Node& one) {
      const std::string shown = one.kind() == json::Kind::text ? std::string(one.text()) : one.compact();
      out += (out.empty() ? "" : " ") + element("code", shown);
    });
  }
  return out;
}

std::string description_html(const json::Node& schema) {
  const std::string says = text_of(schema, "description");
  return says.empty() ? std::string() : html::inline_text(says);
}

std::string row(const std::string& name, bool must, const std::string& type, const std::string& limits,
                const std::string& says) {
  return "<tr><td><code" + std::string(must ? " class=\"must\"" : "") + ">" + html_escaped(name) + "</code></td><td>" +
         type + "</td><td>" + limits + (limits.empty() || says.empty() ? "" : "<br>") + says + "</td></tr>\n";
}

std::string table_head(Text first, Language language) {
  return "<div class=\"wide\"><table><tr><th>" + std::string(first.in(language)) + "</th><th>" +
         std::string(Text{"type", "tipo"}.in(language)) + "</th><th>" +
         std::string(Text{"what it holds", "o que contém"}.in(language)) + "</th></tr>\n";
}

}  // namespace

std::optional<json::Node> member_of(const json::Node& object, std::string_view name) {
  std::optional<json::Node> found;
  if (object.kind() != json::Kind::object) return found;
  object.each_member([&](std::string_view known, json::Node value) {
    if (known == name) found = value;
  });
  return found;
}

std::string text_of(const json::Node& object, std::string_view name) {
  const auto found = member_of(object, name);
  return found && found->kind() == json::Kind::text ? std::string(found->text()) : std::string();
}

std::string type_html(const json::Node& schema, Language language) {
  if (const std::string reference = text_of(schema, "$ref"); !reference.empty()) return link_to(reference);
  for (const char* several : {"anyOf", "allOf"}) {
    const auto parts = member_of(schema, several);
    if (!parts) continue;
    std::string out;
    parts->each_element([&](std::size_t, const json::Node& one) {
      out += (out.empty() ? "" : " " + std::string(Text{"or", "ou"}.in(language)) + " ") + type_html(one, language);
    });
    if (const auto typed = member_of(schema, "properties")) {
      if (const auto result = member_of(*typed, "result")) out += " (result: " + type_html(*result, language) + ")";
    }
    return out;
  }
  const std::string list_of(Text{"list of ", "lista de "}.in(language));
  if (const auto items = member_of(schema, "items")) return list_of + type_html(*items, language);
  const auto values = member_of(schema, "additionalProperties");
  if (values && values->kind() == json::Kind::object) {
    return std::string(Text{"by name: ", "por nome: "}.in(language)) + type_html(*values, language);
  }
  return html_escaped(plain_type(schema, language));
}

std::string limits_html(const json::Node& schema, Language language) {
  std::string out;
  add_part(out, range_text(schema, "minItems", "maxItems", {"elements", "elementos"}, language));
  add_part(out, range_text(schema, "minLength", "maxLength", {"characters", "caracteres"}, language));
  add_part(out, range_text(schema, "minimum", "maximum", {}, language));
  add_part(out, choices_html(schema));
  const std::string pattern = text_of(schema, "pattern");
  if (!pattern.empty() && pattern != "^[0-9a-f]{64}$") add_part(out, element("code", pattern));
  if (const auto items = member_of(schema, "items"); items && text_of(*items, "$ref").empty()) {
    add_part(out, limits_html(*items, language));
  }
  if (const auto standard = member_of(schema, "default")) {
    add_part(out, std::string(Text{"default", "padrão"}.in(language)) + " " + element("code", standard->compact()));
  }
  return out;
}

std::string members_html(const json::Node& schema, Language language) {
  const auto properties = member_of(schema, "properties");
  if (!properties) return "<p>" + type_html(schema, language) + "</p>";
  std::set<std::string> required;
  if (const auto names = member_of(schema, "required")) {
    names->each_element([&](std::size_t, const json::Node& one) { required.emplace(one.text()); });
  }
  std::string out = table_head({"member", "membro"}, language);
  properties->each_member([&](std::string_view name, const json::Node& property) {
    const std::string key(name);
    out += row(key, required.count(key) > 0, type_html(property, language), limits_html(property, language),
               description_html(property));
  });
  return out + "</table></div>\n";
}

std::string parameters_html(const json::Node& parameters, Language language) {
  std::string out = table_head({"parameter", "parâmetro"}, language);
  parameters.each_element([&](std::size_t, const json::Node& one) {
    const auto schema = member_of(one, "schema");
    const auto must = member_of(one, "required");
    if (!schema) return;
    const std::string type =
        type_html(*schema, language) + " <span class=\"soft\">" + html_escaped(text_of(one, "in")) + "</span>";
    out +=
        row(text_of(one, "name"), must && must->boolean(), type, limits_html(*schema, language), description_html(one));
  });
  return out + "</table></div>\n";
}

}  // namespace valion::gateway

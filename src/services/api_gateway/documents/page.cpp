#include "services/api_gateway/documents/page.hpp"

#include "platform/auth/base64url.hpp"
#include "platform/http/html_text.hpp"
#include "platform/objects/object_store.hpp"
#include "services/api_gateway/documents/html.hpp"
#include "services/api_gateway/documents/language_choice.hpp"
#include "services/api_gateway/documents/page_style.hpp"
#include "services/api_gateway/documents/schema_view.hpp"

namespace valion::gateway {
namespace {

using html::element;
using http::html_escaped;
using json::Node;
using openapi::Language;
using openapi::Text;

// The document and the language that it is shown in.
struct Page {
  Node document;
  Language language;
  [[nodiscard]] std::string say(Text text) const { return std::string(text.in(language)); }
  [[nodiscard]] std::string title(Text text) const { return "<h3>" + say(text) + "</h3>\n"; }
};

std::string upper(std::string_view method) {
  std::string text(method);
  for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 0x20 : c);
  return text;
}

bool has_tag(const Node& operation, const std::string& tag) {
  bool found = false;
  if (const auto tags = member_of(operation, "tags")) {
    tags->each_element([&](std::size_t, const Node& one) { found = found || one.text() == tag; });
  }
  return found;
}

// Every operation below `tag`, in the document's order.
template <class Visit>
void each_operation(const Page& page, const std::string& tag, Visit visit) {
  const auto paths = member_of(page.document, "paths");
  if (!paths) return;
  paths->each_member([&](std::string_view path, const Node& methods) {
    methods.each_member([&](std::string_view method, const Node& operation) {
      if (has_tag(operation, tag)) visit(path, method, operation);
    });
  });
}

template <class Visit>
void each_tag(const Page& page, Visit visit) {
  if (const auto tags = member_of(page.document, "tags")) {
    tags->each_element([&](std::size_t, const Node& tag) { visit(text_of(tag, "name"), text_of(tag, "description")); });
  }
}

// Compact JSON over several lines.
std::string indented(std::string_view compact) {
  std::string out;
  std::size_t depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < compact.size(); ++i) {
    const char c = compact[i];
    if (c == '"' && (i == 0 || compact[i - 1] != '\\')) in_text = !in_text;
    const bool opens = !in_text && (c == '{' || c == '['), closes = !in_text && (c == '}' || c == ']');
    if (closes) out += "\n" + std::string(2 * --depth, ' ');
    out += c;
    if (opens) ++depth;
    if (opens || (!in_text && c == ',')) out += "\n" + std::string(2 * depth, ' ');
    if (!in_text && c == ':') out += ' ';
  }
  return out;
}

std::string media_html(const Page& page, const Node& content) {
  std::string out;
  content.each_member([&](std::string_view media, const Node& what) {
    const auto schema = member_of(what, "schema");
    out += "<p><code>" + html_escaped(media) + "</code>" + (schema ? ": " + type_html(*schema, page.language) : "") +
           "</p>\n";
    if (schema && member_of(*schema, "properties") && !member_of(*schema, "allOf"))
      out += members_html(*schema, page.language);
    if (const auto example = member_of(what, "example")) out += element("pre", indented(example->compact()));
  });
  return out;
}

// The failure that a `$ref` means, or the answer itself.
std::optional<Node> resolved(const Page& page, const Node& answer) {
  const std::string reference = text_of(answer, "$ref");
  if (reference.empty()) return answer;
  const auto components = member_of(page.document, "components");
  const auto responses = components ? member_of(*components, "responses") : std::nullopt;
  return responses ? member_of(*responses, reference.substr(reference.rfind('/') + 1)) : std::nullopt;
}

std::string answers_html(const Page& page, const Node& answers) {
  std::string out = "<div class=\"wide\"><table>\n";
  answers.each_member([&](std::string_view status, const Node& reference) {
    const auto answer = resolved(page, reference);
    if (!answer) return;
    out += "<tr><td><code>" + html_escaped(status) + "</code></td><td>" +
           html::inline_text(text_of(*answer, "description")) + "</td><td>";
    if (const auto content = member_of(*answer, "content")) {
      content->each_member([&](std::string_view media, const Node& what) {
        const auto schema = member_of(what, "schema");
        out += schema ? type_html(*schema, page.language) : element("code", media);
      });
    }
    out += "</td></tr>\n";
  });
  return out + "</table></div>\n";
}

std::string permission_html(const Node& operation) {
  const std::string wanted = text_of(operation, "x-permission");
  return wanted.empty() ? wanted : element("span", wanted, "role");
}

std::string operation_html(const Page& page, std::string_view path, std::string_view method, const Node& operation) {
  std::string out = "<details class=\"operation\"><summary>";
  out += element("span", upper(method), "method " + std::string(method)) + element("span", path, "path") +
         permission_html(operation) + element("span", text_of(operation, "summary"), "says") +
         "</summary>\n<div class=\"inside\" id=\"" + html_escaped(text_of(operation, "operationId")) + "\">\n";
  out += html::paragraphs(text_of(operation, "description"));
  if (const auto parameters = member_of(operation, "parameters")) {
    out += page.title({"Parameters", "Parâmetros"}) + parameters_html(*parameters, page.language);
  }
  if (const auto body = member_of(operation, "requestBody")) {
    if (const auto content = member_of(*body, "content"))
      out += page.title({"Request", "Pedido"}) + media_html(page, *content);
  }
  if (const auto answers = member_of(operation, "responses")) {
    out += page.title({"Answers", "Respostas"}) + answers_html(page, *answers);
  }
  return out + "</div></details>\n";
}

std::string navigation(const Page& page) {
  std::string out = "<nav aria-label=\"" + page.say({"contents", "conteúdo"}) + "\">\n";
  each_tag(page, [&](const std::string& tag, const std::string&) {
    out += "<h2>" + html_escaped(tag) + "</h2>\n<ul>\n";
    each_operation(page, tag, [&](std::string_view, std::string_view, const Node& operation) {
      out += "<li><a href=\"#" + html_escaped(text_of(operation, "operationId")) + "\">" +
             html_escaped(text_of(operation, "summary")) + "</a></li>\n";
    });
    out += "</ul>\n";
  });
  return out + "<h2><a href=\"#schemas\">" + page.say({"Types", "Tipos"}) + "</a></h2>\n</nav>\n";
}

std::string schemas_html(const Page& page) {
  std::string out = "<h2 class=\"tag\" id=\"schemas\">" + page.say({"Types", "Tipos"}) + "</h2>\n<p class=\"soft\">" +
                    page.say({"A star marks what must be there.", "Um asterisco marca o que deve estar presente."}) +
                    "</p>\n";
  const auto components = member_of(page.document, "components");
  const auto schemas = components ? member_of(*components, "schemas") : std::nullopt;
  if (!schemas) return out;
  schemas->each_member([&](std::string_view name, const Node& schema) {
    out += "<section class=\"schema\" id=\"schema-" + html_escaped(name) + "\">" + element("h4", name) + "\n" +
           members_html(schema, page.language) + "</section>\n";
  });
  return out;
}

std::string main_html(const Page& page) {
  const auto info = member_of(page.document, "info");
  std::string out = "<main>\n";
  if (info) {
    out += "<h1>" + html_escaped(text_of(*info, "title")) + " API <small>" + html_escaped(text_of(*info, "version")) +
           "</small></h1>\n" + html::paragraphs(text_of(*info, "description"));
  }
  out += "<p class=\"soft\">" + page.say({"For programs", "Para programas"}) +
         ": <a href=\"/openapi.json\">openapi.json</a> (OpenAPI 3.1) · <a href=\"/docs?language=en\" "
         "hreflang=\"en\">English</a> · "
         "<a href=\"/docs?language=pt-BR\" hreflang=\"pt-BR\">Português</a></p>\n";
  each_tag(page, [&](const std::string& tag, const std::string& says) {
    out += "<h2 class=\"tag\">" + html_escaped(tag) + "</h2>\n<p class=\"soft\">" + html_escaped(says) + "</p>\n";
    each_operation(page, tag, [&](std::string_view path, std::string_view method, const Node& operation) {
      out += operation_html(page, path, method, operation);
    });
  });
  return out + schemas_html(page) + "</main>\n";
}

std::string bytes_of(std::string_view hexadecimal) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hexadecimal.size(); i += 2) {
    bytes += static_cast<char>(digit(hexadecimal[i]) * 16 + digit(hexadecimal[i + 1]));
  }
  return bytes;
}

}  // namespace

Result<std::string> documentation_page(std::string_view document, Language language) {
  VALION_TRY_ASSIGN(const json::Document parsed, json::Document::parse(document));
  const Page page{parsed.root(), language};
  return "<!doctype html>\n<html lang=\"" + std::string(tag_of(language)) + "\">\n<head>\n<meta charset=\"utf-8\">\n" +
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>Valion API</title>\n<style>" +
         std::string(kPageStyle) + "</style>\n</head>\n<body>\n<div class=\"page\">\n" + navigation(page) +
         main_html(page) + "</div>\n</body>\n</html>\n";
}

std::string page_policy() {
  std::string digest = auth::to_base64url(bytes_of(sha256(kPageStyle).text())) + "=";
  for (char& c : digest) c = c == '-' ? '+' : c == '_' ? '/' : c;
  return "default-src 'none'; style-src 'sha256-" + digest +
         "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

}  // namespace valion::gateway

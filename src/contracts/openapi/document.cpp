#include "contracts/openapi/document.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

#include "contracts/openapi/common_parts.hpp"
#include "contracts/openapi/operations.hpp"

namespace valion::openapi {
namespace {

constexpr Text kAbout{
    "Market data goes in, and an explained, graded, reproducible value with its report comes out.\n\n"
    "**Signing in.** `POST /api/v1/auth/token`, then `Authorization: Bearer …`; or an API key, likewise or as "
    "`X-API-Key`.\n\n"
    "**Long work** is a job: `202` with `Location`; follow it there, or watch its events. `Prefer: wait=N` waits for "
    "the end, "
    "`Idempotency-Key` makes sending again safe.\n\n"
    "**Failures** are problem documents (RFC 9457) that say what was wrong, where and what to do; `errors` names "
    "everything at "
    "once by JSON Pointer. What belongs to another tenant is not found.\n\n"
    "**Lists** come in pages: `limit`, `after`, and `Link: rel=\"next\"`.\n\n"
    "**Limits.** `RateLimit-Policy` and `RateLimit` say what is left; `429` and `503` carry `Retry-After`.\n\n"
    "**Aliases.** `/data`, `/geospatial`, `/ml` and `/reports` stand for the same below `/api/v1`.\n\n"
    "Requests with unknown members are refused; answers may gain members.",
    "Dados de mercado entram, e sai um valor explicado, graduado e reproduzível, com seu laudo.\n\n"
    "**Entrar.** `POST /api/v1/auth/token`, depois `Authorization: Bearer …`; ou uma chave de API, do mesmo modo ou "
    "como "
    "`X-API-Key`.\n\n"
    "**Trabalho longo** é um job: `202` com `Location`; acompanhe ali, ou por seus eventos. `Prefer: wait=N` espera o "
    "fim, "
    "`Idempotency-Key` torna seguro reenviar.\n\n"
    "**Falhas** são documentos de problema (RFC 9457) que dizem o que estava errado, onde e o que fazer; `errors` "
    "aponta tudo de "
    "uma vez por JSON Pointer. O que é de outra organização não é encontrado.\n\n"
    "**Listas** vêm em páginas: `limit`, `after` e `Link: rel=\"next\"`.\n\n"
    "**Limites.** `RateLimit-Policy` e `RateLimit` dizem o que resta; `429` e `503` trazem `Retry-After`.\n\n"
    "**Apelidos.** `/data`, `/geospatial`, `/ml` e `/reports` valem o mesmo que sob `/api/v1`.\n\n"
    "Pedidos com membros desconhecidos são recusados; respostas podem ganhar membros."};

struct Tag {
  std::string_view name;
  Text says;
};
constexpr std::array kTags{
    Tag{"Access", {"Who may use the system", "Quem pode usar o sistema"}},
    Tag{"Data", {"Files in, data set versions out", "Arquivos entram, versões de dados saem"}},
    Tag{"Geospatial", {"Where properties are, and what is around them", "Onde ficam os imóveis e o que há ao redor"}},
    Tag{"Models",
        {"Models, their honest test, and explained values", "Modelos, seu teste honesto e valores explicados"}},
    Tag{"Reports", {"Documents that stand on stored artefacts", "Documentos que se apoiam em artefatos guardados"}},
    Tag{"Jobs", {"Long work and how it goes", "Trabalho longo e como vai"}},
    Tag{"Registry", {"Who serves what, where (Consul's shape)", "Quem serve o quê, onde (na forma do Consul)"}},
    Tag{"System", {"Health, metrics, and this description", "Saúde, métricas e esta descrição"}},
};

struct PathParameter {
  std::string_view name;
  Text says;
};
constexpr std::array kPathParameters{
    PathParameter{"version", {"a data set version", "uma versão de dados"}},
    PathParameter{"model", {"a model", "um modelo"}},
    PathParameter{"valuation", {"a valuation", "uma avaliação"}},
    PathParameter{"report", {"a report", "um laudo"}},
    PathParameter{"id", {"its id", "seu id"}},
    PathParameter{"name", {"its name", "seu nome"}},
    PathParameter{"check", {"service: and the service's id", "service: e o id do serviço"}},
};

JsonObject parameter(std::string_view name, std::string_view place, bool required, const JsonObject& schema) {
  JsonObject one;
  one.set_text("name", name).set_text("in", place);
  if (required) one.set("required", "true");
  return one.set("schema", schema.text());
}

// Each `{name}` or `{name:type}` of the path.
void add_path_parameters(JsonArray& all, std::string_view path, Language language) {
  for (auto open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1)) {
    const std::string_view inner = path.substr(open + 1, path.find('}', open) - open - 1);
    const std::string_view name = inner.substr(0, inner.find(':'));
    const bool hash = inner.ends_with(":hash");
    JsonObject one = parameter(name, "path", true, hash ? detail::hash_schema() : detail::text_schema(nullptr));
    for (const PathParameter& known : kPathParameters) {
      if (known.name == name) one.set_text("description", known.says.in(language));
    }
    all.add(one.text());
  }
}

JsonObject schema_of(SchemaBook& book, const Parameter& asked) {
  switch (asked.type) {
    case ValueType::integer: return book.schema<std::int64_t>(Direction::request, asked.member);
    case ValueType::truth: return book.schema<bool>(Direction::request);
    case ValueType::hash: return book.schema<Hash>(Direction::request);
    case ValueType::text: break;
  }
  return book.schema<std::string>(Direction::request, asked.member);
}

std::string parameters_of(SchemaBook& book, const Operation& operation) {
  JsonArray all;
  add_path_parameters(all, operation.path, book.language());
  for (const Parameter& asked : operation.parameters) {
    const bool query = asked.place == Place::query;
    JsonObject schema = schema_of(book, asked);
    JsonObject one = parameter(asked.member.name, query ? "query" : "header", asked.required, schema);
    const Text says{asked.member.meaning, asked.member.meaning_pt};
    if (!says.en.empty()) one.set_text("description", says.in(book.language()));
    all.add(one.text());
  }
  return all.empty() ? std::string() : all.text();
}

std::string body_of(SchemaBook& book, const Operation& operation) {
  if (operation.bodies.empty()) return {};
  JsonObject content;
  for (const Body& body : operation.bodies) {
    JsonObject media;
    if (body.schema != nullptr) media.set("schema", body.schema(book, Direction::request).text());
    if (!body.example.empty()) media.set("example", std::string(body.example));
    content.set(body.media, media.text());
  }
  return JsonObject().set("required", "true").set("content", content.text()).text();
}

JsonObject answer_schema(SchemaBook& book, const Operation& operation, const Answer& answer) {
  JsonObject schema = answer.schema(book, Direction::answer);
  if (operation.job_result == nullptr) return schema;
  JsonObject typed;  // the result of this job is known
  typed.set("result", operation.job_result(book, Direction::answer).text());
  return JsonObject().set("allOf", "[" + schema.text() + "]").set("properties", typed.text());
}

std::string answer_of(SchemaBook& book, const Operation& operation, const Answer& answer) {
  JsonObject headers;
  std::vector<std::string_view> names{"X-Request-Id"};
  names.insert(names.end(), answer.headers.begin(), answer.headers.end());
  if (operation.access == Access::caller || operation.access == Access::admin) {
    names.insert(names.end(), {"RateLimit", "RateLimit-Policy"});
  }
  for (const std::string_view name : names) {
    headers.set(name, JsonObject().set_text("$ref", "#/components/headers/" + std::string(name)).text());
  }
  JsonObject made;
  made.set_text("description", answer.says.in(book.language())).set("headers", headers.text());
  if (answer.media.empty()) return made.text();
  JsonObject media;
  if (answer.schema != nullptr) media.set("schema", answer_schema(book, operation, answer).text());
  return made.set("content", JsonObject().set(answer.media, media.text()).text()).text();
}

std::string answers_of(SchemaBook& book, const Operation& operation) {
  JsonObject all;
  for (const Answer& answer : operation.answers) {
    all.set(std::to_string(answer.status), answer_of(book, operation, answer));
  }
  const bool conditional = std::any_of(operation.answers.begin(), operation.answers.end(), [](const Answer& answer) {
    return std::find(answer.headers.begin(), answer.headers.end(), "ETag") != answer.headers.end();
  });
  if (conditional) {
    const Text same{"what If-None-Match names is still right", "o que If-None-Match nomeia ainda vale"};
    all.set("304", JsonObject().set_text("description", same.in(book.language())).text());
  }
  for (const int status : failures_of(operation)) {
    all.set(std::to_string(status),
            JsonObject().set_text("$ref", "#/components/responses/" + std::string(failure_name(status))).text());
  }
  return all.text();
}

std::string security_of(Access access) {
  switch (access) {
    case Access::anonymous: return "[]";
    case Access::service: return R"([{"internal":[]}])";
    case Access::admin:
    case Access::caller: break;
  }
  return R"([{"bearer":[]},{"apiKey":[]}])";
}

std::string operation_text(SchemaBook& book, const Operation& operation) {
  JsonObject made;
  made.set("tags", JsonArray().add_text(operation.tag).text())
      .set_text("summary", operation.summary.in(book.language()))
      .set_text("operationId", operation.id);
  if (!operation.details.en.empty()) made.set_text("description", operation.details.in(book.language()));
  made.set("security", security_of(operation.access));
  if (operation.access == Access::service) made.set("x-roles", R"(["service","admin"])");
  if (operation.access != Access::anonymous) made.set_text("x-permission", operation.permission);
  if (const std::string parameters = parameters_of(book, operation); !parameters.empty()) {
    made.set("parameters", parameters);
  }
  if (const std::string body = body_of(book, operation); !body.empty()) made.set("requestBody", body);
  return made.set("responses", answers_of(book, operation)).text();
}

std::string lower(std::string_view method) {
  std::string text(method);
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return static_cast<char>(c | 0x20); });
  return text;
}

std::string paths_of(SchemaBook& book, const std::vector<Operation>& operations) {
  for (const Operation& operation : operations) {  // requests first, see SchemaBook
    const std::string seen = body_of(book, operation);
  }
  std::set<std::string_view> ids;
  JsonObject paths;
  for (const Operation& operation : operations) {
    const std::string path = path_of(operation.path);
    if (!ids.insert(operation.id).second)
      throw std::logic_error("two operations are called " + std::string(operation.id));
    if (paths.find(path) != nullptr) continue;
    JsonObject methods;
    for (const Operation& other : operations) {
      if (path_of(other.path) == path) methods.set(lower(other.method), operation_text(book, other));
    }
    paths.set(path, methods.text());
  }
  return paths.text();
}

std::string tags_of(Language language) {
  JsonArray tags;
  for (const Tag& tag : kTags) {
    tags.add(JsonObject().set_text("name", tag.name).set_text("description", tag.says.in(language)).text());
  }
  return tags.text();
}

}  // namespace

std::string path_of(std::string_view path_template) {
  std::string path;
  bool in_type = false;
  for (const char c : path_template) {
    in_type = (in_type || c == ':') && c != '}';
    if (!in_type) path += c;
  }
  return path;
}

std::string document(std::string_view version, Language language) {
  SchemaBook book(language);
  const std::string paths = paths_of(book, all_operations());
  const std::string failures = common_failures(book).text();
  JsonObject info, components, made;
  info.set_text("title", "Valion").set_text("version", version).set_text("description", kAbout.in(language));
  components.set("schemas", book.components().text())
      .set("responses", failures)
      .set("headers", common_headers(language).text())
      .set("securitySchemes", security_schemes(language).text());
  made.set_text("openapi", "3.1.0")
      .set("info", info.text())
      .set_text("jsonSchemaDialect", "https://spec.openapis.org/oas/3.1/dialect/base")
      .set("servers", R"([{"url":"/"}])")
      .set("tags", tags_of(language))
      .set(
          "x-aliases",
          R"({"/data":"/api/v1/data","/geospatial":"/api/v1/geospatial","/ml":"/api/v1/ml","/reports":"/api/v1/reports"})")
      .set("paths", paths)
      .set("components", components.text());
  return made.text();
}

}  // namespace valion::openapi

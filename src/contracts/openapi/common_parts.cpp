#include "contracts/openapi/common_parts.hpp"

#include <array>
#include <set>

#include "platform/http/problem_document.hpp"

namespace valion::openapi {
namespace {

struct Header {
  std::string_view name;
  std::string_view type;  // of JSON Schema
  Text says;
};

constexpr std::array kHeaders{
    Header{"X-Request-Id",
           "string",
           {"names this exchange; the client's own when well-formed",
            "nomeia esta troca; o do cliente quando bem formado"}},
    Header{"Location", "string", {"where the new thing is", "onde está o que foi criado"}},
    Header{"ETag", "string", {"names these bytes; for If-None-Match", "nomeia estes bytes; para If-None-Match"}},
    Header{"Link", "string", {"rel=\"next\": the next page (RFC 8288)", "rel=\"next\": a próxima página (RFC 8288)"}},
    Header{"Cache-Control", "string", {"RFC 9111", "RFC 9111"}},
    Header{"Content-Disposition", "string", {"the file's name", "o nome do arquivo"}},
    Header{"Content-Language", "string", {"en or pt-BR", "en ou pt-BR"}},
    Header{"Retry-After",
           "string",
           {"seconds until it is worth trying again", "segundos até valer a pena tentar de novo"}},
    Header{"RateLimit",
           "string",
           {"what is left of the limit (Structured Field)", "o que resta do limite (Structured Field)"}},
    Header{"RateLimit-Policy",
           "string",
           {"the limit and its window (Structured Field)", "o limite e sua janela (Structured Field)"}},
    Header{"Allow", "string", {"the methods there are", "os métodos que há"}},
    Header{"WWW-Authenticate", "string", {"how to say who calls (RFC 6750)", "como dizer quem chama (RFC 6750)"}},
    Header{"Preference-Applied", "string", {"`wait=N` was honoured (RFC 7240)", "`wait=N` foi atendido (RFC 7240)"}},
    Header{"Idempotent-Replayed",
           "string",
           {"true: the stored answer of the first request", "true: a resposta guardada do primeiro pedido"}},
    Header{"X-Consul-Index", "string", {"for `index` of the next read", "para `index` da próxima leitura"}},
    Header{"X-Consul-KnownLeader", "string", {"true or false", "true ou false"}},
    Header{"X-Consul-LastContact",
           "string",
           {"milliseconds since Redis last answered", "milissegundos desde a última resposta do Redis"}},
};

struct Failure {
  int status;
  std::string_view name;
  Text says;
  std::string_view header = "";  // beyond X-Request-Id
};

constexpr std::array kFailures{
    Failure{400,
            "BadRequest",
            {"the request cannot be read: not HTTP, not JSON, not a path",
             "o pedido não pode ser lido: não é HTTP, JSON ou caminho"}},
    Failure{401,
            "Unauthenticated",
            {"a valid token or API key is needed", "é preciso um token ou uma chave válida"},
            "WWW-Authenticate"},
    Failure{403, "Forbidden", {"the caller has not the role for it", "quem chama não tem o papel para isso"}},
    Failure{404,
            "NotFound",
            {"there is no such thing, or it is another tenant's", "não existe, ou é de outra organização"}},
    Failure{
        405, "MethodNotAllowed", {"the method does not fit the resource", "o método não serve ao recurso"}, "Allow"},
    Failure{406, "NotAcceptable", {"there is no such representation", "não há tal representação"}},
    Failure{409, "Conflict", {"the state of the resource refuses it", "o estado do recurso o recusa"}},
    Failure{411, "LengthRequired", {"a length is needed", "é preciso informar o tamanho"}},
    Failure{412, "PreconditionFailed", {"the precondition does not hold", "a precondição não vale"}},
    Failure{413, "TooLarge", {"the body passes the limit", "o corpo passa do limite"}},
    Failure{415, "UnsupportedMediaType", {"the media type is not taken here", "este tipo de mídia não é aceito aqui"}},
    Failure{422,
            "Invalid",
            {"it was read and breaks rules: `errors` names each one",
             "foi lido e quebra regras: `errors` aponta cada uma"}},
    Failure{429, "TooManyRequests", {"the limit is used up", "o limite se esgotou"}, "Retry-After"},
    Failure{500,
            "Internal",
            {"an error on our side; the log has the request id", "um erro nosso; o log tem o id do pedido"}},
    Failure{502, "BadGateway", {"a service answered nonsense or left", "um serviço respondeu mal ou se foi"}},
    Failure{503, "Unavailable", {"nobody can answer now", "ninguém pode responder agora"}, "Retry-After"},
    Failure{504, "Timeout", {"a service took too long", "um serviço demorou demais"}},
};

std::string header_reference(std::string_view name) {
  return JsonObject().set_text("$ref", "#/components/headers/" + std::string(name)).text();
}

}  // namespace

JsonObject common_headers(Language language) {
  JsonObject all;
  for (const Header& header : kHeaders) {
    JsonObject one;
    one.set_text("description", header.says.in(language))
        .set("schema", JsonObject().set_text("type", header.type).text());
    all.set(header.name, one.text());
  }
  return all;
}

JsonObject common_failures(SchemaBook& book) {
  const std::string problem = book.schema<http::Problem>(Direction::answer).text();
  JsonObject all;
  for (const Failure& failure : kFailures) {
    JsonObject headers, one;
    headers.set("X-Request-Id", header_reference("X-Request-Id"));
    if (!failure.header.empty()) headers.set(failure.header, header_reference(failure.header));
    if (failure.status == 429) {
      for (const char* name : {"RateLimit", "RateLimit-Policy"}) headers.set(name, header_reference(name));
    }
    const std::string media = JsonObject().set("schema", problem).text();
    one.set_text("description", failure.says.in(book.language()))
        .set("headers", headers.text())
        .set("content", JsonObject().set("application/problem+json", media).text());
    all.set(failure.name, one.text());
  }
  return all;
}

JsonObject security_schemes(Language language) {
  const Text token{"what POST /api/v1/auth/token answers, or an API key (vk_…)",
                   "o que POST /api/v1/auth/token responde, ou uma chave de API (vk_…)"};
  const Text key{"an API key (vk_…)", "uma chave de API (vk_…)"};
  const Text peer{"between the platform's own processes", "entre os processos da própria plataforma"};
  JsonObject bearer, header, internal;
  bearer.set_text("type", "http").set_text("scheme", "bearer").set_text("description", token.in(language));
  header.set_text("type", "apiKey")
      .set_text("in", "header")
      .set_text("name", "X-API-Key")
      .set_text("description", key.in(language));
  internal.set_text("type", "http").set_text("scheme", "bearer").set_text("description", peer.in(language));
  return JsonObject().set("bearer", bearer.text()).set("apiKey", header.text()).set("internal", internal.text());
}

std::vector<int> failures_of(const Operation& operation) {
  std::set<int> statuses{400, 429, 500, 503};
  if (operation.access != Access::anonymous) statuses.insert({401, 403});
  if (operation.path.find('{') != std::string_view::npos) statuses.insert(404);
  if (operation.relayed) statuses.insert({502, 504});
  if (!operation.parameters.empty()) statuses.insert(422);
  if (!operation.bodies.empty()) statuses.insert({411, 413, 415, 422});
  statuses.insert(operation.failures.begin(), operation.failures.end());
  for (const Answer& answer : operation.answers) statuses.erase(answer.status);
  return {statuses.begin(), statuses.end()};
}

std::string_view failure_name(int status) {
  for (const Failure& failure : kFailures) {
    if (failure.status == status) return failure.name;
  }
  return "Internal";
}

}  // namespace valion::openapi

#include "contracts/accounts.hpp"
#include "contracts/openapi/operations.hpp"
#include "contracts/platform.hpp"

namespace valion::openapi {
namespace {

constexpr std::string_view kTag = "Access";
using namespace contracts;

Operation operation_of(std::string_view method, std::string_view path, std::string_view id, Text summary, Access access,
                       Answer answer) {
  Operation operation{method, path, id, kTag, summary, {}};
  operation.access = access;
  operation.relayed = false;
  operation.answers = {std::move(answer)};
  return operation;
}

Answer json_answer(int status, Text says, SchemaOf schema, std::vector<std::string_view> headers = {}) {
  return {status, says, "application/json", schema, std::move(headers)};
}

Answer nothing(Text says) { return {204, says, "", nullptr, {}}; }

Operation with_body(Operation operation, SchemaOf schema, std::string_view example) {
  operation.bodies = {{"application/json", schema, example}};
  return operation;
}

std::vector<Operation> sessions() {
  const Text tokens{"an access token, and one to refresh it with", "um token de acesso e um para renová-lo"};
  Operation login =
      operation_of("POST", "/api/v1/auth/login", "log_in", {"Open a session", "Abrir uma sessão"}, Access::anonymous,
                   json_answer(200, tokens, &schema_for<SessionAnswer>, {"Cache-Control"}));
  Operation refresh =
      operation_of("POST", "/api/v1/auth/refresh", "refresh_session",
                   {"Refresh a session: each refresh token is good once; one that comes again ends the session",
                    "Renovar uma sessão: cada token vale uma vez; repetido, encerra a sessão"},
                   Access::anonymous, json_answer(200, tokens, &schema_for<SessionAnswer>, {"Cache-Control"}));
  for (Operation* anonymous : {&login, &refresh}) anonymous->failures = {401};
  Operation logout =
      operation_of("POST", "/api/v1/auth/logout", "log_out", {"End this session", "Encerrar esta sessão"},
                   Access::caller, nothing({"ended", "encerrada"}));
  logout.failures = {404, 409};
  Operation password = operation_of(
      "PUT", "/api/v1/auth/me/password", "change_own_password",
      {"Change one's own password: every session ends", "Trocar a própria senha: encerra todas as sessões"},
      Access::caller, nothing({"changed", "trocada"}));
  return {with_body(login, &schema_for<TokenRequest>, R"({"user":"ana","password":"correct horse battery"})"),
          with_body(refresh, &schema_for<RefreshRequest>, R"({"refresh_token":"vr_..."})"),
          logout,
          operation_of("POST", "/api/v1/auth/logout/all", "log_out_everywhere",
                       {"End all of one's own sessions", "Encerrar todas as próprias sessões"}, Access::caller,
                       nothing({"ended", "encerradas"})),
          operation_of("GET", "/api/v1/auth/sessions", "list_sessions",
                       {"List one's own sessions", "Listar as próprias sessões"}, Access::caller,
                       json_answer(200, {"in force, newest first", "em vigor, as mais novas primeiro"},
                                   &schema_for<SessionList>, {"Cache-Control"})),
          operation_of("DELETE", "/api/v1/auth/sessions/{id}", "end_session",
                       {"End one of one's own sessions", "Encerrar uma das próprias sessões"}, Access::caller,
                       nothing({"ended", "encerrada"})),
          with_body(password, &schema_for<OwnPasswordChange>,
                    R"({"old_password":"correct horse battery","password":"another long password"})")};
}

std::vector<Operation> persons() {
  Operation link = operation_of(
      "POST", "/api/v1/auth/users/{name}/setup-link", "make_setup_link",
      {"Make a one-time link by which a user chooses a password",
       "Gerar um link de uso único para o usuário escolher a senha"},
      Access::admin,
      json_answer(201, {"shown this once", "mostrado só esta vez"}, &schema_for<SetupLink>, {"Cache-Control"}));
  Operation erase = operation_of(
      "DELETE", "/api/v1/auth/users/{name}/personal-data", "erase_person",
      {"Erase a person's data, and the user", "Apagar os dados de uma pessoa, e o usuário"}, Access::admin,
      json_answer(200, {"what was erased", "o que foi apagado"}, &schema_for<ErasedPerson>, {"Cache-Control"}));
  for (Operation* one : {&link, &erase}) one->failures = {409};
  return {link,
          operation_of("GET", "/api/v1/auth/users/{name}/export", "export_person",
                       {"All that is kept of a person", "Tudo o que se guarda de uma pessoa"}, Access::admin,
                       json_answer(200, {"the data", "os dados"}, &schema_for<PersonalData>, {"Cache-Control"})),
          erase};
}

std::vector<Operation> tenants() {
  const auto tenant_answer = [](int status) {
    return json_answer(status, {"the tenant", "o inquilino"}, &schema_for<TenantView>);
  };
  Operation add = operation_of("POST", "/api/v1/auth/tenants", "add_tenant", {"Make a tenant", "Criar um inquilino"},
                               Access::admin, tenant_answer(201));
  Operation disable =
      operation_of("POST", "/api/v1/auth/tenants/{name}/disable", "disable_tenant",
                   {"Let nobody of a tenant in", "Barrar todos de um inquilino"}, Access::admin, tenant_answer(200));
  for (Operation* one : {&add, &disable}) one->failures = {409};
  return {operation_of("GET", "/api/v1/auth/tenants", "list_tenants", {"List tenants", "Listar inquilinos"},
                       Access::admin, json_answer(200, {"by name", "por nome"}, &schema_for<TenantList>)),
          with_body(add, &schema_for<NewTenant>, R"({"name":"north","title":"North office"})"), disable,
          operation_of("POST", "/api/v1/auth/tenants/{name}/enable", "enable_tenant",
                       {"Let a disabled tenant in again", "Readmitir um inquilino barrado"}, Access::admin,
                       tenant_answer(200))};
}

Operation audit() {
  Operation list = operation_of(
      "GET", "/api/v1/auth/audit", "list_audit", {"What was done, and by whom", "O que foi feito, e por quem"},
      Access::admin,
      json_answer(200, {"by sequence", "por sequência"}, &schema_for<AuditPage>, {"Cache-Control", "Link"}));
  list.parameters = {{Place::query, ValueType::integer, json::member("limit").range(1, 1'000)},
                     {Place::query, ValueType::integer, json::member("after").range(0, 9007199254740992.0)}};
  return list;
}

std::vector<Operation> setup() {
  Operation show = operation_of("GET", "/setup", "show_setup",
                                {"The page behind a one-time link", "A página de um link de uso único"},
                                Access::anonymous, {200, {"a form", "um formulário"}, "text/html", nullptr, {}});
  show.parameters = {{Place::query, ValueType::text, json::member("token").says("of the link", "do link")}};
  Operation finish = operation_of("POST", "/setup", "finish_setup",
                                  {"Choose a password by a one-time link", "Escolher a senha por um link de uso único"},
                                  Access::anonymous, nothing({"chosen; a browser's form gets a page", "escolhida"}));
  finish.answers.push_back({200, {"to a form: a page", "a um formulário: uma página"}, "text/html", nullptr, {}});
  finish.failures = {404};
  finish.bodies = {
      {"application/json", &schema_for<SetupRequest>, R"({"token":"...","password":"correct horse battery"})"},
      {"application/x-www-form-urlencoded", nullptr, {}}};
  for (Operation* one : {&show, &finish})
    one->answers.push_back({410, {"the link is void", "o link não vale mais"}, "text/html", nullptr, {}});
  return {show, finish};
}

// What each wants; the gateway's own table says the same, and a test compares the two.
std::string_view permission_of(const Operation& operation) {
  if (operation.access == Access::anonymous) return "anonymous";
  const std::string_view path = operation.path.substr(std::string_view("/api/v1/auth").size());
  const bool reads = operation.method == "GET";
  if (path.starts_with("/users")) return "users:manage";
  if (path.starts_with("/tenants")) return reads ? "tenants:read" : "tenants:manage";
  if (path.starts_with("/audit")) return "audit:read";
  return reads ? "account:read" : "account:write";
}

}  // namespace

std::vector<Operation> account_operations() {
  std::vector<Operation> all{audit()};
  for (auto&& some : {sessions(), persons(), tenants(), setup()}) all.insert(all.end(), some.begin(), some.end());
  for (Operation& one : all) one.permission = permission_of(one);
  return all;
}

}  // namespace valion::openapi

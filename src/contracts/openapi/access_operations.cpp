#include "contracts/access.hpp"
#include "contracts/openapi/operations.hpp"
#include "contracts/platform.hpp"
#include "contracts/signing_keys.hpp"

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

Operation with_body(Operation operation, SchemaOf schema, std::string_view example) {
  operation.bodies = {{"application/json", schema, example}};
  return operation;
}

Operation sign_in() {
  Operation operation = operation_of("POST", "/api/v1/auth/token", "sign_in", {"Sign in", "Entrar"}, Access::anonymous,
                                     json_answer(200, {"a token for everything else", "um token para todo o resto"},
                                                 &schema_for<TokenAnswer>, {"Cache-Control"}));
  operation.failures = {401};
  return with_body(operation, &schema_for<TokenRequest>, R"({"user":"ana","password":"correct horse battery"})");
}

Operation show_me() {
  return operation_of("GET", "/api/v1/auth/me", "show_me", {"Say who is calling", "Dizer quem está chamando"},
                      Access::caller,
                      json_answer(200, {"the caller", "quem chama"}, &schema_for<Identity>, {"Cache-Control"}));
}

std::vector<Operation> users() {
  const auto user_answer = [](Text says) { return json_answer(200, says, &schema_for<UserView>); };
  const Text after{"the user afterwards", "o usuário depois"};
  Operation add =
      operation_of("POST", "/api/v1/auth/users", "add_user", {"Add a user", "Acrescentar um usuário"}, Access::admin,
                   json_answer(201, {"the user", "o usuário"}, &schema_for<UserView>, {"Location"}));
  add.failures = {409};
  Operation roles =
      operation_of("PUT", "/api/v1/auth/users/{name}/roles", "set_roles",
                   {"Set a user's roles", "Definir os papéis de um usuário"}, Access::admin, user_answer(after));
  Operation disable = operation_of("POST", "/api/v1/auth/users/{name}/disable", "disable_user",
                                   {"Disable a user", "Desativar um usuário"}, Access::admin, user_answer(after));
  Operation remove =
      operation_of("DELETE", "/api/v1/auth/users/{name}", "remove_user", {"Remove a user", "Remover um usuário"},
                   Access::admin, Answer{204, {"gone", "removido"}, "", nullptr, {}});
  for (Operation* last_admin : {&roles, &disable, &remove}) last_admin->failures = {409};
  return {operation_of("GET", "/api/v1/auth/users", "list_users", {"List users", "Listar usuários"}, Access::admin,
                       json_answer(200, {"by name", "por nome"}, &schema_for<UserList>)),
          with_body(add, &schema_for<NewUser>,
                    R"({"name":"ana","password":"correct horse battery","roles":["appraiser"]})"),
          with_body(operation_of("PUT", "/api/v1/auth/users/{name}/password", "set_password",
                                 {"Set a user's password", "Definir a senha de um usuário"}, Access::admin,
                                 user_answer(after)),
                    &schema_for<PasswordChange>, R"({"password":"correct horse battery"})"),
          with_body(roles, &schema_for<RolesChange>, R"({"roles":["viewer"]})"),
          disable,
          operation_of("POST", "/api/v1/auth/users/{name}/enable", "enable_user",
                       {"Enable a user", "Reativar um usuário"}, Access::admin, user_answer(after)),
          remove};
}

std::vector<Operation> signing_keys() {
  const auto list = [] {
    return json_answer(200, {"next, active, retired", "próxima, ativa, aposentadas"}, &schema_for<SigningKeyList>,
                       {"Cache-Control"});
  };
  Operation set =
      operation_of("GET", "/.well-known/jwks.json", "show_key_set",
                   {"Show the keys that verify tokens", "Mostrar as chaves que verificam tokens"}, Access::anonymous,
                   Answer{200,
                          {"a JSON Web Key Set (RFC 7517)", "um JSON Web Key Set (RFC 7517)"},
                          "application/jwk-set+json",
                          nullptr,
                          {"Cache-Control"}});
  Operation rotate =
      operation_of("POST", "/api/v1/auth/signing-keys/rotate", "rotate_signing_keys",
                   {"Let the next signing key sign", "Fazer a próxima chave assinar"}, Access::admin, list());
  rotate.failures = {409};
  return {
      set,
      operation_of("GET", "/api/v1/auth/signing-keys", "list_signing_keys",
                   {"List the keys that sign tokens", "Listar as chaves que assinam tokens"}, Access::admin, list()),
      with_body(rotate, &schema_for<RotateKeys>, R"({"withdraw":false})")};
}

std::vector<Operation> keys() {
  Operation revoke =
      operation_of("DELETE", "/api/v1/auth/keys/{id}", "revoke_key", {"Revoke an API key", "Revogar uma chave"},
                   Access::admin, json_answer(200, {"the key, revoked", "a chave, revogada"}, &schema_for<KeyView>));
  revoke.parameters = {
      {Place::query, ValueType::truth,
       json::member("forget").says("true: it is no longer listed either", "true: também some da lista")}};
  return {
      operation_of("GET", "/api/v1/auth/keys", "list_keys", {"List API keys", "Listar chaves de API"}, Access::admin,
                   json_answer(200, {"newest first", "as mais novas primeiro"}, &schema_for<KeyList>)),
      with_body(
          operation_of("POST", "/api/v1/auth/keys", "create_key", {"Create an API key", "Criar uma chave de API"},
                       Access::admin,
                       json_answer(201, {"with its secret, shown this once", "com o segredo, mostrado só esta vez"},
                                   &schema_for<CreatedKey>, {"Cache-Control"})),
          &schema_for<NewKey>, R"({"name":"nightly-import","roles":["appraiser"],"lifetime_seconds":86400})"),
      revoke};
}

// What each wants; the gateway's own table says the same, and a test compares the two.
std::string_view permission_of(const Operation& operation) {
  const std::string_view path = operation.path.substr(std::string_view("/api/v1/auth").size());
  const bool reads = operation.method == "GET";
  if (operation.access == Access::anonymous) return "anonymous";
  if (path.starts_with("/users")) return reads ? "users:read" : "users:manage";
  if (path.starts_with("/signing-keys")) return "administer";
  if (path.starts_with("/keys")) return reads ? "users:read" : "keys:manage";
  return reads ? "account:read" : "account:write";
}

}  // namespace

std::vector<Operation> access_operations() {
  std::vector<Operation> all{sign_in(), show_me()};
  for (auto&& some : {users(), keys(), signing_keys()}) all.insert(all.end(), some.begin(), some.end());
  for (Operation& one : all) one.permission = permission_of(one);
  return all;
}

}  // namespace valion::openapi

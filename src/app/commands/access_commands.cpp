// `valion user …` and `valion key …`, through the gateway's /api/v1/auth routes.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "app/commands/commands.hpp"
#include "app/commands/signed_in.hpp"
#include "app/logs/log_record.hpp"
#include "app/terminal/password.hpp"
#include "app/terminal/table.hpp"
#include "contracts/accounts.hpp"

namespace valion::app {
namespace {

const std::string kUsers = "/api/v1/auth/users";
const std::string kKeys = "/api/v1/auth/keys";

std::string joined(const std::vector<std::string>& roles) {
  std::string text;
  for (const std::string& role : roles) text += (text.empty() ? "" : ",") + role;
  return text;
}

std::string user_path(const std::string& name) { return kUsers + "/" + name; }

// One request as the command line's own user; its answer as T.
template <class T>
Result<T> ask(const Settings& settings, const GatewayOptions& gateway, http::Method method, const std::string& target,
              std::string body = "") {
  VALION_TRY_ASSIGN(ApiClient api, signed_in(settings, gateway));
  VALION_TRY_ASSIGN(const std::string text, api.send(method, target, std::move(body)));
  return json::decode<T>(text, json::Unknown::ignored);
}

// Prints what became of it: `words` for people, the document itself with --json.
template <class T>
int show(const GatewayOptions& gateway, const Result<T>& outcome, const std::string& words) {
  if (!outcome) return complain(outcome.error());
  fmt::print("{}\n", gateway.json ? json::encode(*outcome) : words);
  return 0;
}

// `1000/60s`.
Result<contracts::KeyLimit> wanted_limit(const std::string& text) {
  contracts::KeyLimit limit;
  const std::size_t slash = text.find('/');
  const auto window = slash == std::string::npos ? std::nullopt : parse_age(text.substr(slash + 1));
  const char* const end = text.data() + std::min(slash, text.size());
  const auto [last, error] = std::from_chars(text.data(), end, limit.requests);
  if (!window || error != std::errc{} || last != end) {
    return fail(ErrorKind::invalid, "--limit wants requests within a time such as 1000/60s, not " + text);
  }
  limit.window_seconds = window->count();
  return limit;
}

Result<contracts::NewKey> wanted_key(const KeyCommand& command) {
  contracts::NewKey key;
  key.name = command.name;
  if (!command.roles.empty()) key.roles = command.roles;
  key.tenant = command.tenant;
  if (!command.scopes.empty()) key.scopes = command.scopes;
  if (!command.limit.empty()) {
    VALION_TRY_ASSIGN(key.limit, wanted_limit(command.limit));
  }
  if (command.lifetime.empty()) return key;
  const auto lifetime = parse_age(command.lifetime);
  if (!lifetime) return fail(ErrorKind::invalid, "--expires wants an age such as 12h or 90d, not " + command.lifetime);
  key.lifetime_seconds = lifetime->count();
  return key;
}

std::string state_of(const contracts::UserView& user) {
  if (user.disabled) return "disabled";
  return user.pending ? "no password yet" : "enabled";
}

// With the token of a one-time link, and no credential of ours.
int finish_setup(const Settings& settings, const GatewayOptions& gateway, const UserCommand& command,
                 std::string password) {
  const contracts::SetupRequest request{command.setup_token, std::move(password)};
  auto api = ApiClient::create(gateway_url(settings, gateway.url));
  if (!api) return complain(api.error());
  const auto done = api->send(http::Method::post, "/setup", json::encode(request));
  if (!done) return complain(done.error());
  if (!gateway.json) fmt::print("set; sign in with the new password\n");
  return 0;
}

std::string state_of(const contracts::KeyView& key) {
  if (key.revoked_at) return "revoked";
  return key.expires_at ? "until " + key.expires_at->substr(0, 16) : "in force";
}

}  // namespace

int add_user(const Settings& settings, const GatewayOptions& gateway, const UserCommand& command) {
  contracts::NewUser user;
  user.name = command.name;
  if (!command.roles.empty()) user.roles = command.roles;
  user.tenant = command.tenant;
  if (!command.setup_link) {
    auto password = ask_new_password(command.name, command.password_stdin);
    if (!password) return complain(password.error());
    user.password = std::move(*password);
  }
  const auto added = ask<contracts::UserView>(settings, gateway, http::Method::post, kUsers, json::encode(user));
  const std::string roles = joined(user.roles);
  if (added && command.setup_link) return make_setup_link(settings, gateway, command.name);
  return show(gateway, added, fmt::format("added {} ({}); tokens: POST /api/v1/auth/token", command.name, roles));
}

int list_users(const Settings& settings, const GatewayOptions& gateway) {
  const auto list = ask<contracts::UserList>(settings, gateway, http::Method::get, kUsers);
  if (!list) return complain(list.error());
  if (gateway.json) return show(gateway, list, "");
  TextTable table{{"user", "tenant", "roles", "state", "since"}, {}};
  for (const contracts::UserView& user : list->users) {
    table.rows.push_back({user.name, user.tenant, joined(user.roles), state_of(user), user.created_at.substr(0, 10)});
  }
  fmt::print("{}", to_text(table));
  return 0;
}

int set_user_password(const Settings& settings, const GatewayOptions& gateway, const UserCommand& command) {
  auto password = ask_new_password(command.name, command.password_stdin);
  if (!password) return complain(password.error());
  if (!command.setup_token.empty()) return finish_setup(settings, gateway, command, std::move(*password));
  const contracts::PasswordChange change{std::move(*password)};
  const auto after = ask<contracts::UserView>(settings, gateway, http::Method::put,
                                              user_path(command.name) + "/password", json::encode(change));
  return show(gateway, after, "changed; older tokens of " + command.name + " are no longer taken");
}

int set_user_roles(const Settings& settings, const GatewayOptions& gateway, const UserCommand& command) {
  const contracts::RolesChange change{command.roles};
  const auto after = ask<contracts::UserView>(settings, gateway, http::Method::put, user_path(command.name) + "/roles",
                                              json::encode(change));
  return show(gateway, after, fmt::format("{} is {} now", command.name, joined(command.roles)));
}

int set_user_disabled(const Settings& settings, const GatewayOptions& gateway, const std::string& name, bool disabled) {
  const auto after = ask<contracts::UserView>(settings, gateway, http::Method::post,
                                              user_path(name) + (disabled ? "/disable" : "/enable"));
  return show(gateway, after, name + (disabled ? " is disabled" : " is enabled"));
}

int remove_user(const Settings& settings, const GatewayOptions& gateway, const std::string& name) {
  auto api = signed_in(settings, gateway);
  if (!api) return complain(api.error());
  const auto removed = api->send(http::Method::delete_, user_path(name), "");
  if (!removed) return complain(removed.error());
  if (!gateway.json) fmt::print("removed {}\n", name);
  return 0;
}

int create_key(const Settings& settings, const GatewayOptions& gateway, const KeyCommand& command) {
  const auto wanted = wanted_key(command);
  if (!wanted) return complain(wanted.error()), 2;
  const auto made = ask<contracts::CreatedKey>(settings, gateway, http::Method::post, kKeys, json::encode(*wanted));
  if (!made || gateway.json) return show(gateway, made, "");
  fmt::print(stderr, "key {} ({}, {}); it is shown this once:\n", made->key.id, made->key.name, state_of(made->key));
  fmt::print("{}\n", made->secret);
  return 0;
}

int list_keys(const Settings& settings, const GatewayOptions& gateway) {
  const auto list = ask<contracts::KeyList>(settings, gateway, http::Method::get, kKeys);
  if (!list || gateway.json) return show(gateway, list, "");
  TextTable table{{"key", "name", "tenant", "may", "state", "by", "since", "used"}, {}};
  for (const contracts::KeyView& key : list->keys) {
    const std::string may = key.scopes ? joined(*key.scopes) : joined(key.roles);
    const std::string used = key.last_used_at.value_or("never").substr(0, 16);
    table.rows.push_back(
        {key.id, key.name, key.tenant, may, state_of(key), key.created_by, key.created_at.substr(0, 10), used});
  }
  fmt::print("{}", to_text(table));
  return 0;
}

int revoke_key(const Settings& settings, const GatewayOptions& gateway, const std::string& id) {
  const auto revoked = ask<contracts::KeyView>(settings, gateway, http::Method::delete_, kKeys + "/" + id);
  return show(gateway, revoked, "revoked " + id);
}

}  // namespace valion::app

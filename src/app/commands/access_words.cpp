// user, key, signing-key.
#include <CLI/CLI.hpp>

#include <memory>

#include "app/commands/words.hpp"

namespace valion::app {
namespace {

void add_name(CLI::App& command, std::string& name) { command.add_option("name", name, "the user")->required(); }

void add_roles(CLI::App& command, std::vector<std::string>& roles) {
  command.add_option("--roles", roles, "of admin, appraiser, auditor, viewer, service; separated by commas")
      ->delimiter(',');
}

void add_password(CLI::App& command, UserCommand& user) {
  command.add_flag("--password-stdin", user.password_stdin, "read the password from standard input instead of asking");
}

void add_users(CLI::App& app, Words& words) {
  CLI::App* users = app.add_subcommand("user", "Who may sign in")->require_subcommand(1);
  users->group("Access");
  teach(*users, {{"valion user add ana --roles appraiser", "asks for the password, without echo"},
                 {"pass show ana | valion user set-password ana --password-stdin", "in a script"},
                 {"valion user disable ana", "at once, also for tokens that she has"}});
  auto user = std::make_shared<UserCommand>();
  const auto with = [&](const char* name, const char* description, auto run) {
    CLI::App* command = users->add_subcommand(name, description);
    add_gateway(*command, words);
    command->callback([&words, user, run] {
      words.run = [&words, user, run](const Settings& s) { return run(s, words.gateway, *user); };
    });
    return command;
  };
  CLI::App* add =
      with("add", "Add a user", [](const auto& s, const auto& g, const auto& u) { return add_user(s, g, u); });
  add_name(*add, user->name);
  add_roles(*add, user->roles);
  add_password(*add, *user);
  add->add_flag("--setup-link", user->setup_link, "no password: print a one-time link by which the user chooses one");
  add->add_option("--tenant", user->tenant, "whose data the user sees (default: the admin's own tenant)");
  with("list", "Every user", [](const auto& s, const auto& g, const auto&) { return list_users(s, g); });
  CLI::App* password = with("set-password", "Give a user another password; older tokens end",
                            [](const auto& s, const auto& g, const auto& u) { return set_user_password(s, g, u); });
  add_name(*password, user->name);
  add_password(*password, *user);
  password->add_option("--setup-token", user->setup_token,
                       "the token of a one-time link, instead of an admin's credential");
  CLI::App* roles = with("set-roles", "Give a user other roles; older tokens end",
                         [](const auto& s, const auto& g, const auto& u) { return set_user_roles(s, g, u); });
  add_name(*roles, user->name);
  roles->add_option("roles", user->roles, "all roles, separated by commas")->required()->delimiter(',');
  const auto by_name = [&](const char* name, const char* description, auto run) {
    add_name(*with(name, description, run), user->name);
  };
  by_name("disable", "Let a user in no more, keep the account",
          [](const auto& s, const auto& g, const auto& u) { return set_user_disabled(s, g, u.name, true); });
  by_name("enable", "Let a disabled user in again",
          [](const auto& s, const auto& g, const auto& u) { return set_user_disabled(s, g, u.name, false); });
  by_name("remove", "Remove a user",
          [](const auto& s, const auto& g, const auto& u) { return remove_user(s, g, u.name); });
  by_name("setup-link", "A one-time link by which a user chooses a password",
          [](const auto& s, const auto& g, const auto& u) { return make_setup_link(s, g, u.name); });
  by_name("export", "All that is kept of a person, as JSON",
          [](const auto& s, const auto& g, const auto& u) { return export_person(s, g, u.name); });
  by_name("erase", "Remove a user and whatever leads to the person",
          [](const auto& s, const auto& g, const auto& u) { return erase_person(s, g, u.name); });
}

void add_keys(CLI::App& app, Words& words) {
  CLI::App* keys = app.add_subcommand("key", "API keys, for programs")->require_subcommand(1);
  keys->group("Access");
  teach(*keys, {{"valion key create nightly --expires 90d", "prints the key, once"},
                {"curl -H \"X-API-Key: $KEY\" localhost:8000/api/v1/ml/models", "or Authorization: Bearer vk_…"},
                {"valion key list", "who made which, and until when"},
                {"valion key revoke ID", "at once"}});
  auto key = std::make_shared<KeyCommand>();
  CLI::App* create = keys->add_subcommand("create", "A new key; it is shown this once and kept only as a hash");
  add_gateway(*create, words);
  create->add_option("name", key->name, "what it is for")->required();
  add_roles(*create, key->roles);
  create->add_option("--tenant", key->tenant, "whose data it sees (default: the admin's own tenant)");
  create->add_option("--expires", key->lifetime, "after such a time, 12h or 90d (default: when it is revoked)");
  create->add_option("--scope", key->scopes, "data:read, ml:predict, …: only that of what its roles allow")
      ->delimiter(',');
  create->add_option("--limit", key->limit, "requests within a time, 1000/60s, instead of the routes' own limits");
  create->callback(
      [&words, key] { words.run = [&words, key](const Settings& s) { return create_key(s, words.gateway, *key); }; });
  CLI::App* list = keys->add_subcommand("list", "Every key, without its secret");
  add_gateway(*list, words);
  list->callback([&words] { words.run = [&words](const Settings& s) { return list_keys(s, words.gateway); }; });
  CLI::App* revoke = keys->add_subcommand("revoke", "Take a key out of force");
  add_gateway(*revoke, words);
  auto id = std::make_shared<std::string>();
  revoke->add_option("id", *id, "the key's id, from `valion key list`")->required();
  revoke->callback(
      [&words, id] { words.run = [&words, id](const Settings& s) { return revoke_key(s, words.gateway, *id); }; });
}

void add_signing_keys(CLI::App& app, Words& words) {
  CLI::App* keys = app.add_subcommand("signing-key", "The keys that sign tokens")->require_subcommand(1);
  keys->group("Access");
  teach(*keys, {{"valion signing-key list", "next, active and retired"},
                {"valion signing-key rotate", "the next one signs from now on; no token fails"},
                {"valion signing-key rotate --withdraw", "after a leak: every key and every token ends"}});
  CLI::App* list = keys->add_subcommand("list", "Every key, by its name");
  add_gateway(*list, words);
  list->callback([&words] { words.run = [&words](const Settings& s) { return list_signing_keys(s, words.gateway); }; });
  CLI::App* rotate = keys->add_subcommand("rotate", "Let the next key sign, and make another one");
  add_gateway(*rotate, words);
  auto withdraw = std::make_shared<bool>(false);
  rotate->add_flag("--withdraw", *withdraw, "end every key and every token at once");
  rotate->callback([&words, withdraw] {
    words.run = [&words, withdraw](const Settings& s) { return rotate_signing_keys(s, words.gateway, *withdraw); };
  });
}

}  // namespace

void add_access_words(CLI::App& app, Words& words) {
  add_users(app, words);
  add_keys(app, words);
  add_signing_keys(app, words);
}

}  // namespace valion::app

// tenant, audit.
#include <CLI/CLI.hpp>

#include <memory>

#include "app/commands/words.hpp"

namespace valion::app {
namespace {

void add_tenants(CLI::App& app, Words& words) {
  CLI::App* tenants = app.add_subcommand("tenant", "Whose data are whose")->require_subcommand(1);
  tenants->group("Access");
  teach(*tenants, {{"valion tenant add north --title \"North office\"", "then: valion user add ana --tenant north"},
                   {"valion tenant disable north", "nobody of it gets in any more, with whatever credential"}});
  auto tenant = std::make_shared<TenantCommand>();
  const auto with = [&](const char* name, const char* description, auto run) {
    CLI::App* command = tenants->add_subcommand(name, description);
    add_gateway(*command, words);
    command->callback([&words, tenant, run] {
      words.run = [&words, tenant, run](const Settings& s) { return run(s, words.gateway, *tenant); };
    });
    return command;
  };
  const auto by_name = [&](CLI::App* command) {
    command->add_option("name", tenant->name, "the tenant")->required();
    return command;
  };
  by_name(with("add", "Make a tenant", [](const auto& s, const auto& g, const auto& t) {
    return add_tenant(s, g, t);
  }))->add_option("--title", tenant->title, "for people");
  with("list", "Every tenant", [](const auto& s, const auto& g, const auto&) { return list_tenants(s, g); });
  by_name(with("disable", "Let nobody of a tenant in",
               [](const auto& s, const auto& g, const auto& t) { return set_tenant_disabled(s, g, t.name, true); }));
  by_name(with("enable", "Let a disabled tenant in again",
               [](const auto& s, const auto& g, const auto& t) { return set_tenant_disabled(s, g, t.name, false); }));
}

void add_audit(CLI::App& app, Words& words) {
  CLI::App* audit = app.add_subcommand("audit", "What was done, and by whom")->require_subcommand(1);
  audit->group("Access");
  teach(*audit, {{"valion audit list --after 1200", "through the gateway, a page at a time"},
                 {"valion audit verify", "walks the chain of hashes; exit code 1 when it is broken"},
                 {"valion audit verify --anchor 1200:9f2c…", "against a head that was kept elsewhere"}});
  auto command = std::make_shared<AuditCommand>();
  CLI::App* list = audit->add_subcommand("list", "The audit log");
  add_gateway(*list, words);
  list->add_option("--after", command->after, "rows beyond this one")->check(CLI::NonNegativeNumber);
  list->add_option("--limit", command->limit, "so many at most")->check(CLI::Range(1, 1000));
  list->callback([&words, command] {
    words.run = [&words, command](const Settings& s) { return list_audit(s, words.gateway, *command); };
  });
  CLI::App* verify = audit->add_subcommand("verify", "Is the log as it was written?");
  add_common(*verify, words);
  verify->add_option("--anchor", command->anchor, "SEQUENCE:HASH of a head that was kept elsewhere");
  verify->add_flag("--json", command->json, "as JSON");
  verify->callback(
      [&words, command] { words.run = [command](const Settings& s) { return verify_audit(s, *command); }; });
}

}  // namespace

void add_account_words(CLI::App& app, Words& words) {
  add_tenants(app, words);
  add_audit(app, words);
}

}  // namespace valion::app

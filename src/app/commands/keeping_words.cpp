// backup, restore, gc.
#include <CLI/CLI.hpp>

#include <memory>

#include "app/commands/words.hpp"

namespace valion::app {
namespace {

void add_backup(CLI::App& app, Words& words) {
  CLI::App* command = app.add_subcommand("backup", "Copy everything that is stored, while the system runs");
  command->group("Keeping");
  add_common(*command, words);
  auto wanted = std::make_shared<BackupCommand>();
  command->add_option("target", wanted->target, "a folder, or a file ending in .tar; must not exist")->required();
  command->add_flag("--with-secrets", wanted->secrets, "also the keys and the command line's credential");
  command->add_flag("--json", wanted->json, "the manifest instead of text");
  teach(*command,
        {{"valion backup /backup/monday.tar", "databases and objects of one moment, in one file"},
         {"valion backup --with-secrets /backup/monday", "also the keys: keep it as safe as the system itself"}});
  command->callback([&words, wanted] { words.run = [wanted](const Settings& s) { return back_up(s, *wanted); }; });
}

void add_restore(CLI::App& app, Words& words) {
  CLI::App* command = app.add_subcommand("restore", "Put a backup into a new home");
  command->group("Keeping");
  add_common(*command, words);
  auto source = std::make_shared<std::filesystem::path>();
  command->add_option("source", *source, "what `valion backup` wrote")->required()->check(CLI::ExistingPath);
  teach(*command,
        {{"valion restore /backup/monday.tar --home /srv/valion", "checks every hash first; refuses a home in use"}});
  command->callback([&words, source] { words.run = [source](const Settings& s) { return restore(s, *source); }; });
}

void add_gc(CLI::App& app, Words& words) {
  CLI::App* command =
      app.add_subcommand("gc", "Take away what nobody refers to, and what is old (settings retention.*)");
  command->group("Keeping");
  add_common(*command, words);
  auto dry_run = std::make_shared<bool>(false);
  auto as_json = std::make_shared<bool>(false);
  command->add_flag("--dry-run", *dry_run, "only say what would go");
  command->add_flag("--json", *as_json, "one JSON document instead of text");
  teach(*command, {{"valion gc --dry-run", "what would go"}, {"valion gc", "take it, also while the system runs"}});
  command->callback([&words, dry_run, as_json] {
    words.run = [dry_run, as_json](const Settings& s) { return collect_garbage(s, *dry_run, *as_json); };
  });
}

}  // namespace

void add_keeping_words(CLI::App& app, Words& words) {
  add_backup(app, words);
  add_restore(app, words);
  add_gc(app, words);
}

}  // namespace valion::app

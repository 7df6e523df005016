// gateway: the operator's words for a running gateway.
#include <CLI/CLI.hpp>

#include <memory>

#include "app/commands/gateway_admin.hpp"
#include "app/commands/words.hpp"

namespace valion::app {

void add_gateway_words(CLI::App& app, Words& words) {
  CLI::App* command = app.add_subcommand("gateway", "What a running gateway has in force, and what it is to do");
  command->group("Watching");
  add_common(*command, words);
  const auto question = std::make_shared<GatewayQuestion>();
  command
      ->add_option("what", question->what, "routes, instances, breakers, cache, limits, config; purge, reload, drain")
      ->required()
      ->check(
          CLI::IsMember({"routes", "instances", "breakers", "cache", "limits", "config", "purge", "reload", "drain"}));
  command->add_option("--tag", question->tag, "purge: answers with this tag");
  command->add_option("--prefix", question->prefix, "purge: answers of paths that begin so");
  command->add_flag("--all", question->all, "purge: all answers");
  command->add_option("--port", question->port, "the gateway's admin port (default: gateway.admin_port, 8090)");
  teach(*command, {{"valion gateway routes", "the route table in force, and why its file is not, if so"},
                   {"valion gateway reload", "read the route table's file again; every mistake at once"},
                   {"valion gateway cache", "what is kept, and how often it was of use"},
                   {"valion gateway purge --prefix /api/v1/geospatial", "forget those answers"},
                   {"valion gateway drain", "let it finish what it has, and end"}});
  command->callback([&words, question] {
    words.run = [question](const Settings& settings) { return ask_gateway(settings, *question); };
  });
}

}  // namespace valion::app

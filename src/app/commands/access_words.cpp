// user, key.
#include <CLI/CLI.hpp>

#include "app/commands/words.hpp"

namespace valion::app {

void add_access_words(CLI::App&, Words&) {}

}  // namespace valion::app

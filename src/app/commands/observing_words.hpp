// Commands of operators and of their machinery: `valion health`, `valion log-level`.
#pragma once

#include <functional>

#include "platform/config/settings.hpp"

namespace CLI {
class App;
}

namespace valion::app {

// Adds them to `app`; the one that is chosen becomes `run`. All must outlive the parsing.
void add_observing_words(CLI::App& app, std::function<int(const Settings&)>& run);

}  // namespace valion::app

// The command line's own credential: made at the first start, kept in VALION_HOME/secrets/cli.json. There is no default password.
#pragma once

#include <filesystem>

#include "platform/async/cpu_pool.hpp"
#include "services/api_gateway/identity/user_catalogue.hpp"

namespace valion::gateway {

inline constexpr std::string_view kCommandLineUser = "cli";

// When nobody is in the catalogue yet: user `cli` (tenant `default`, roles admin and appraiser) with a random password that stands
// only in `file` ({"format", "user", "password"}, mode 0600, written whole or not at all). True when it was made now.
Async<Result<bool>> ensure_command_line_user(UserCatalogue& users, CpuPool& cpu, const std::filesystem::path& file);

// Writes `text` to a new file beside `file`, 0600, flushed to disk, and moves it there. internal with the reason on failure.
[[nodiscard]] Result<void> write_secret(const std::filesystem::path& file, const std::string& text);

}  // namespace valion::gateway

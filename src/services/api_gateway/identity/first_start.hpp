// Who is there when a system starts for the first time. There is no default password.
#pragma once

#include <filesystem>
#include <string_view>

#include "platform/async/cpu_pool.hpp"
#include "services/api_gateway/identity/setup_tokens.hpp"
#include "services/api_gateway/identity/user_catalogue.hpp"

namespace valion::gateway {

inline constexpr std::string_view kCommandLineUser = "cli";
inline constexpr std::string_view kFirstAdmin = "admin";

// Both below VALION_HOME/secrets, 0600, written whole or not at all.
struct FirstStartFiles {
  std::filesystem::path credential;  // cli.json: {"format", "user", "password"}, what the command line signs in with
  std::filesystem::path setup;  // setup.json: {"format", "user", "token", "expires_at"}, of the admin's one-time link
};

// When nobody is in the catalogue yet: `cli` (tenant `default`, roles admin and appraiser) with a random password that stands only in
// `files.credential`, and `admin` without one, who chooses it by a link whose token stands in `files.setup`. At later starts: a new
// link when `admin` has still not chosen and the last one is too old. The orchestrator shows the link. True when it was the first.
Async<Result<bool>> prepare_first_users(UserCatalogue& users, SetupTokens& setup, CpuPool& cpu, FirstStartFiles files);

// Writes `text` to a new file beside `file`, 0600, flushed to disk, and moves it there. internal with the reason on failure.
[[nodiscard]] Result<void> write_secret(const std::filesystem::path& file, const std::string& text);

}  // namespace valion::gateway

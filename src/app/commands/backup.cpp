// `valion backup` and `valion restore`.
#include "app/backup/backup.hpp"

#include <fmt/format.h>

#include <exception>

#include "app/commands/commands.hpp"
#include "platform/json/described.hpp"

namespace valion::app {
namespace {

std::string megabytes(std::uint64_t bytes) { return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6); }

void warn(const std::string& text) { fmt::print(stderr, "{}\n", text); }

// Stores open by throwing when they cannot: for a command that is an error like any other.
template <class Work>
auto without_throwing(Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::exception& error) {
    return fail(ErrorKind::unavailable, error.what());
  }
}

}  // namespace

int back_up(const Settings& settings, const BackupCommand& command) {
  const auto manifest =
      without_throwing([&] { return make_backup(settings, command.target, BackupOptions{command.secrets}); });
  if (!manifest) return complain(manifest.error());
  if (command.json) {
    fmt::print("{}\n", json::encode(*manifest));
  } else {
    fmt::print("backup of {} ({}): {} files, {} in {}\n", settings.home.string(), manifest->database,
               manifest->files.size(), megabytes(bytes_in(*manifest)), command.target.string());
  }
  if (command.secrets) {
    warn("WITH SECRETS: whoever reads this backup can act as this system; keep it as safe as the system itself.");
  } else {
    warn(
        "WITHOUT SECRETS: the keys and the command line's credential are not in it; a restored system makes new keys, "
        "and "
        "access tokens and the credential in secrets/cli.json of this home do not work there. Copy secrets/ apart, or "
        "add "
        "--with-secrets.");
  }
  return 0;
}

int restore(const Settings& settings, const std::filesystem::path& source) {
  const auto manifest = without_throwing([&] { return restore_backup(settings, source); });
  if (!manifest) return complain(manifest.error());
  fmt::print("restored {} files, {}, of {} into {}\n", manifest->files.size(), megabytes(bytes_in(*manifest)),
             manifest->created_at, settings.home.string());
  if (!manifest->secrets) {
    warn(
        "The backup is WITHOUT SECRETS. Copy the saved secrets/ into the new home before the first start; or start "
        "without, and "
        "set a new password for each user with `valion user set-password`.");
  }
  return 0;
}

}  // namespace valion::app

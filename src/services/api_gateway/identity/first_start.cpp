#include "services/api_gateway/identity/first_start.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <boost/describe.hpp>

#include <cerrno>
#include <cstring>

#include "platform/auth/password.hpp"
#include "platform/json/described.hpp"

namespace valion::gateway {
namespace {

constexpr std::size_t kPasswordBytes = 24;

struct CredentialFile {
  std::string user, password;
  std::int64_t format = kFormat;
  static constexpr std::int64_t kFormat = 1;
};
BOOST_DESCRIBE_STRUCT(CredentialFile, (), (user, password, format))

struct SetupFile {
  std::string user, token, expires_at;
  std::int64_t format = kFormat;
  static constexpr std::int64_t kFormat = 1;
};
BOOST_DESCRIBE_STRUCT(SetupFile, (), (user, token, expires_at, format))

Result<void> write_setup(const std::filesystem::path& file, const SetupToken& token) {
  return write_secret(file, json::encode(SetupFile{token.user, token.token, token.expires_at}) + "\n");
}

User user_named(std::string_view name, std::vector<std::string> roles) {
  User user;
  user.principal = {"default", std::string(name), std::move(roles)};
  return user;
}

tl::unexpected<Error> cannot_write(const std::filesystem::path& file) {
  return fail(ErrorKind::internal, "cannot write " + file.string() + ": " + std::strerror(errno));
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return fsync(descriptor) == 0;
}

}  // namespace

Result<void> write_secret(const std::filesystem::path& file, const std::string& text) {
  const std::filesystem::path fresh = file.string() + "." + auth::random_text(6);
  const int descriptor = open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return cannot_write(fresh);
  const bool written = write_all(descriptor, text);
  close(descriptor);
  if (written && std::rename(fresh.c_str(), file.c_str()) == 0) return {};
  const auto failure = cannot_write(file);
  unlink(fresh.c_str());
  return failure;
}

Async<Result<bool>> prepare_first_users(UserCatalogue& users, SetupTokens& setup, CpuPool& cpu, FirstStartFiles files) {
  const auto pending = co_await setup.make_if_pending(std::string(kFirstAdmin), std::chrono::system_clock::now());
  if (!pending) co_return fail(pending.error());
  if (*pending) VALION_CO_TRY(write_setup(files.setup, **pending));
  const std::string password = auth::random_text(kPasswordBytes);
  std::vector<std::string> all_roles;
  all_roles.emplace_back("admin");
  std::vector<User> first;
  first.push_back(user_named(kFirstAdmin, all_roles));
  all_roles.emplace_back("appraiser");
  first.push_back(user_named(kCommandLineUser, all_roles));
  const auto hash = [&password] { return auth::hash_password(password); };
  VALION_CO_TRY_ASSIGN(first.back().password_hash, co_await cpu.run(hash));
  const std::string text = json::encode(CredentialFile{first.back().principal.user, password}) + "\n";
  const auto write_files = [files, text](soci::session& session) -> Result<void> {
    const auto now = std::chrono::system_clock::now();
    VALION_TRY(write_setup(files.setup, make_setup_token(session, std::string(kFirstAdmin), now)));
    return write_secret(files.credential, text);
  };
  auto added = co_await users.add_first(std::move(first), write_files);
  co_return added;
}

}  // namespace valion::gateway

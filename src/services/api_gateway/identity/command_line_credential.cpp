#include "services/api_gateway/identity/command_line_credential.hpp"

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

Async<Result<bool>> ensure_command_line_user(UserCatalogue& users, CpuPool& cpu, const std::filesystem::path& file) {
  const std::string password = auth::random_text(kPasswordBytes);
  User user;
  user.principal.tenant = "default";
  user.principal.user = std::string(kCommandLineUser);
  user.principal.roles.emplace_back("admin");
  user.principal.roles.emplace_back("appraiser");
  const auto hash = [&password] { return auth::hash_password(password); };
  VALION_CO_TRY_ASSIGN(user.password_hash, co_await cpu.run(hash));
  const std::string text = json::encode(CredentialFile{user.principal.user, password}) + "\n";
  const auto write_file = [file, text] { return write_secret(file, text); };
  auto added = co_await users.add_first(std::move(user), write_file);
  co_return added;
}

}  // namespace valion::gateway

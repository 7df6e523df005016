#include "services/service_registry/access.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "platform/auth/password.hpp"

namespace valion::registry {
namespace {

constexpr std::size_t kTokenBytes = 32;

tl::unexpected<Error> unusable(const std::filesystem::path& file, const std::string& why) {
  return fail(ErrorKind::unavailable, "the token file " + file.string() + " " + why);
}

// Empty when there is no such file.
Result<std::string> read_token(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 && errno == ENOENT) return std::string();
  if (descriptor < 0) return unusable(file, std::string("cannot be read: ") + std::strerror(errno));
  struct stat status {};
  std::array<char, 512> bytes{};
  const bool known = ::fstat(descriptor, &status) == 0;
  const ssize_t length = ::read(descriptor, bytes.data(), bytes.size());
  ::close(descriptor);
  if (!known || !S_ISREG(status.st_mode) || length < 0) return unusable(file, "is not a readable file");
  if ((status.st_mode & 077) != 0) return unusable(file, "can be read by others; allow only its owner (chmod 600)");
  std::string token(bytes.data(), static_cast<std::size_t>(length));
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r' || token.back() == ' ')) token.pop_back();
  if (token.size() < kTokenBytes)
    return unusable(file, "holds less than 32 characters; remove it and a new one is made");
  return token;
}

// Written beside, then linked, so that nobody ever reads half a token.
Result<void> create_token(const std::filesystem::path& file) {
  const std::string draft = file.string() + "." + auth::random_text(9);
  const int descriptor = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return unusable(file, std::string("cannot be made: ") + std::strerror(errno));
  const std::string token = auth::random_text(kTokenBytes) + "\n";
  const bool written = ::write(descriptor, token.data(), token.size()) == static_cast<ssize_t>(token.size());
  ::close(descriptor);
  const bool linked = written && (::link(draft.c_str(), file.c_str()) == 0 || errno == EEXIST);
  ::unlink(draft.c_str());
  if (!linked) return unusable(file, "cannot be written");
  return {};
}

// In a time that does not tell how much of it is right.
bool equal(std::string_view given, std::string_view token) noexcept {
  unsigned difference = given.size() == token.size() ? 0 : 1;
  for (std::size_t i = 0; i < token.size(); ++i) {
    difference |= static_cast<unsigned char>(token[i]) ^ static_cast<unsigned char>(i < given.size() ? given[i] : 0);
  }
  return difference == 0;
}

}  // namespace

Result<std::string> load_or_create_token(const std::filesystem::path& file) {
  VALION_TRY_ASSIGN(std::string token, read_token(file));
  if (!token.empty()) return token;
  VALION_TRY(create_token(file));
  return read_token(file);
}

bool is_loopback(std::string_view address) noexcept {
  return address == "::1" || address.starts_with("127.") || address.starts_with("::ffff:127.");
}

Result<void> allow(const http::Request& request, Access access, const std::string& token,
                   const auth::SigningKey& internal_key) {
  if (const auto given = request.headers.find("X-Consul-Token")) {
    if (equal(*given, token)) return {};
    return fail(ErrorKind::unauthenticated, "X-Consul-Token is not the token of this registry");
  }
  const auto header = request.headers.find("Authorization");
  if (!header) {
    if (access == Access::read && is_loopback(request.remote_address)) return {};
    return fail(ErrorKind::unauthenticated, "this wants the token of VALION_HOME/secrets/registry.token");
  }
  VALION_TRY_ASSIGN(const std::string_view bearer, auth::bearer(*header));
  if (equal(bearer, token)) return {};
  auth::TokenSettings settings;
  settings.audience = auth::kInternalAudience;
  VALION_TRY_ASSIGN(const Principal principal,
                    auth::verify_token(internal_key, settings, bearer, std::chrono::system_clock::now()));
  const bool platform_admin = principal.has_role("admin") && principal.tenant == "default";
  if (access == Access::write && !platform_admin) {  // which services run is every tenant's concern
    return fail(ErrorKind::forbidden, "only an admin of the tenant `default` may register and deregister services");
  }
  return {};
}

}  // namespace valion::registry

#include "platform/objects/open_object_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "platform/objects/directory_store.hpp"
#include "platform/objects/open_file.hpp"
#include "platform/objects/s3_store.hpp"

namespace valion {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

s3::Credentials credentials_in(const std::filesystem::path& path) {
  const OpenFile file(path, O_RDONLY);
  if (!file.good()) {
    throw std::runtime_error(
        "objects in S3 need keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write them, a "
        "line each, to " +
        path.string() + " (" + std::strerror(errno) + ")");
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || (status.st_mode & 077) != 0) {
    throw std::runtime_error("the keys in " + path.string() +
                             " can be read by others; allow only their owner (chmod 600)");
  }
  const auto text = read_piece(file.get(), path, 4096);
  if (!text) throw std::runtime_error(text.error().message);
  std::istringstream words(*text);
  s3::Credentials credentials;
  words >> credentials.access_key_id >> credentials.secret_access_key >> credentials.session_token;
  if (credentials.secret_access_key.empty()) {
    throw std::runtime_error(path.string() + " must hold two lines: the access key id and the secret access key");
  }
  return credentials;
}

s3::Credentials credentials_of(const Settings& settings) {
  s3::Credentials credentials{variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"),
                              variable("AWS_SESSION_TOKEN")};
  if (!credentials.access_key_id.empty() && !credentials.secret_access_key.empty()) return credentials;
  return credentials_in(settings.home / "secrets" / "s3");
}

}  // namespace

std::unique_ptr<ObjectStore> open_object_store(const Settings& settings, const std::string& service) {
  if (settings.objects_url.empty()) {
    return std::make_unique<DirectoryStore>(settings.home / "services" / service / "objects");
  }
  auto place = parse_s3_url(settings.objects_url);
  if (!place) throw std::runtime_error(place.error().message);
  place->prefix += (place->prefix.empty() ? "" : "/") + service;
  return std::make_unique<s3::S3Store>(std::move(*place), credentials_of(settings),
                                       settings.home / "cache" / "objects" / service);
}

}  // namespace valion

// The store that the settings name, for one service: `objects.url` empty > VALION_HOME/services/{service}/objects; an S3 URL >
// PREFIX/{service}/ in its bucket, with copies in VALION_HOME/cache/objects/{service}.
#pragma once

#include <memory>
#include <string>

#include "platform/config/settings.hpp"
#include "platform/objects/object_store.hpp"

namespace valion {

// Keys of S3: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN) from the environment, or the file
// VALION_HOME/secrets/s3 (0600): the two, and the token, a line each. Never from the settings.
// Throws std::runtime_error or std::filesystem::filesystem_error that says what is missing: without its store a service
// cannot start.
[[nodiscard]] std::unique_ptr<ObjectStore> open_object_store(const Settings& settings, const std::string& service);

}  // namespace valion

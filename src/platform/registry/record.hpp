// The keys and values of the registry in Redis.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "platform/registry/registry.hpp"

namespace valion::registry {

// `{prefix}:{name}`, e.g. `valion:instances`.
[[nodiscard]] std::string key_of(const RegistrySettings& settings, std::string_view name);
// `{service}:{id}`, how an instance is called in all keys.
[[nodiscard]] std::string member_of(const Instance& instance);
[[nodiscard]] std::string_view id_of(std::string_view member);

[[nodiscard]] std::string encode_record(const Instance& instance);
// malformed or invalid when the text is no record of an instance that could be called. Members of newer versions are
// ignored, those that older versions did not write have their defaults.
[[nodiscard]] Result<Instance> decode_record(std::string_view text);

[[nodiscard]] std::string text_of(Verdict verdict);
[[nodiscard]] Verdict verdict_of(std::string_view text) noexcept;  // its first word
[[nodiscard]] std::string text_of(Status status);
[[nodiscard]] Status status_of(std::string_view text) noexcept;  // what we do not know is not picked: starting

}  // namespace valion::registry

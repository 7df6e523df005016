// The keys and values of the registry in Redis.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "platform/registry/registry.hpp"

namespace valion::registry {

[[nodiscard]] std::string index_key(const RegistrySettings& settings);
// `member` is `{service}:{id}`, an element of the index.
[[nodiscard]] std::string instance_key(const RegistrySettings& settings, std::string_view member);
[[nodiscard]] std::string health_key(const RegistrySettings& settings, std::string_view instance_id);
[[nodiscard]] std::string member_of(const Instance& instance);
[[nodiscard]] std::string_view id_of(std::string_view member);

[[nodiscard]] std::string encode_record(const Instance& instance);
// malformed or invalid when the text is no record of an instance that could be called. Members of newer versions are ignored.
[[nodiscard]] Result<Instance> decode_record(std::string_view text);

[[nodiscard]] std::string text_of(Verdict verdict);
[[nodiscard]] Verdict verdict_of(std::string_view text) noexcept;

}  // namespace valion::registry

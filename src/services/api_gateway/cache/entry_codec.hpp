// An entry as the bytes the second cache keeps: a versioned head, a checksum, and every part with its length in front.
//
//   "VLC1"  checksum (8)  key  status  reason  fields  selecting  tags  age_zero  lifetime  default  position  body
//
// The key goes with it: a value found under a name that two keys might share is recognised as another's.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/api_gateway/cache/entry.hpp"

namespace valion::gateway::cache {

[[nodiscard]] std::string encode(const Entry& entry);
// nullptr: these are not the bytes of an entry of this version, or not all of them, or changed ones.
[[nodiscard]] EntryPointer decode(std::string_view bytes);

// Magic and checksum before what should follow them: so that tests and fuzzers get past the checksum.
[[nodiscard]] std::string sealed_entry(std::string_view payload);

// What stands under a resource's name when its answers depend on request fields: the names of these.
[[nodiscard]] std::string encode_vary(const std::vector<std::string>& names);
[[nodiscard]] std::optional<std::vector<std::string>> decode_vary(std::string_view bytes);

}  // namespace valion::gateway::cache

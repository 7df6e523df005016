// What S3 says in XML.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace valion::s3 {

struct ListedKey {
  std::string key;
  std::uint64_t bytes = 0;
  std::chrono::system_clock::time_point modified;
};

struct Listing {
  std::vector<ListedKey> keys;
  std::string next;  // continuation token; empty: that was all
};

// Of ListObjectsV2. bad_gateway when it is not one.
[[nodiscard]] Result<Listing> read_listing(std::string_view xml);
// The text of the first element of that name, at whatever depth; nothing when there is none or it is no XML.
[[nodiscard]] std::optional<std::string> text_of(std::string_view xml, std::string_view element);

// `2009-10-12T17:50:30.000Z`, or as HTTP writes it, `Mon, 12 Oct 2009 17:50:30 GMT`.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> read_moment(const std::string& text);

}  // namespace valion::s3

// A YAML document as a small tree whose every value knows its line. Only what a configuration needs: maps with plain keys, lists,
// text. The one place here that knows yaml-cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace valion::gateway {

struct YamlMember;

struct YamlValue {
  enum class Kind { nothing, text, list, map };
  Kind kind = Kind::nothing;
  int line = 0;      // from 1
  std::string text;  // of Kind::text: as it stands there, without quotes; `true` and `5` are texts too
  std::vector<YamlValue> items;
  std::vector<YamlMember> members;  // in the order of the file; a key may stand twice, which the reader refuses
};

struct YamlMember {
  std::string key;
  int line = 0;
  YamlValue value;
};

// malformed, with the line: not YAML, more than one document, over 1 MiB, deeper than 8 levels, more than 100,000 values, keys that
// are not text, and what could unfold or stand for something else: aliases, merge keys, tags. Empty text is `nothing`.
// `origin` names the text in messages: `routes.yaml`.
[[nodiscard]] Result<YamlValue> parse_yaml(std::string_view text, const std::string& origin);

inline constexpr std::size_t kLargestYaml = 1 << 20;  // bytes

}  // namespace valion::gateway

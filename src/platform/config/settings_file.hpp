// The settings file as flat values: the only place that knows YAML.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/result.hpp"

namespace valion {

// One value as it was given, before anybody knows whether it is a setting.
struct Given {
  std::string key;     // a dot is one level: `log.level`
  std::string text;    // empty when nothing stands there
  std::string origin;  // for messages: `valion.yaml:3` or `VALION_HOME`
  bool has_no_value =
      false;  // `log:` or `log: {}`: right for a group whose members are all commented out, else a mistake
};

struct SettingsText {
  std::vector<Given> values;  // in the order of the file
  bool has_routes = false;  // `routes:` stands there too: the gateway's table, which services/api_gateway/routing reads
};

// Adds the violation «key: message (origin)» to `error`.
void refuse(Error& error, const Given& given, const std::string& message);

// Violations (lists, keys that stand twice, maps below the second level) go to `error`, so that
// they are reported together with the values that break a rule. malformed: not readable, not YAML, not one map, over 1 MiB.
// Aliases are followed; the two levels bound what they can unfold to.
[[nodiscard]] Result<SettingsText> read_settings_file(const std::filesystem::path& file, Error& error);

// `text` as a YAML scalar that reads back as the same text; quoted where it must be.
[[nodiscard]] std::string yaml_scalar(const std::string& text);

}  // namespace valion

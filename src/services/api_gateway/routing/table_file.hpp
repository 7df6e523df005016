// The route table as YAML: read, checked as a whole, and written. docs/gateway.md says what each field means.
//
//   routes:
//     - name: data
//       prefix: /api/v1/data
//       replacement: /data
//       service: data_processing
//       rate_limit: 50/min
//       timeout: 60s
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "services/api_gateway/routing/table.hpp"

namespace valion::gateway {

// What the settings say that a table depends on.
struct TableRules {
  bool identity = true;                     // false: nobody can be known, so every route is open
  std::uint64_t upload_limit = 256u << 20;  // bytes of a file; `body_limit: upload` is that and a form around it
  bool beside_settings = false;             // the text is a settings file: its other keys are somebody else's
};

// Every mistake at once: `invalid`, a violation each with its place in the document (`/routes/3/timeout`), what is wrong, what to
// write instead and `origin:line`; malformed when it is not YAML of the plain kind (yaml_tree.hpp). Of unknown keys the nearest known
// one is named. The routes are fit for RouteTable.
[[nodiscard]] Result<std::vector<Route>> parse_routes(std::string_view text, const std::string& origin,
                                                      const TableRules& rules);

// The bytes of a file of at most 1 MiB; malformed, naming it, when it cannot be read.
[[nodiscard]] Result<std::string> read_routes_file(const std::filesystem::path& file);

// As a file that parse_routes() reads back to equal routes under the same rules.
[[nodiscard]] std::string routes_to_yaml(std::span<const Route> routes);

// The built-in table, with comments: what is in force when no file says otherwise.
[[nodiscard]] std::string_view default_routes_yaml() noexcept;

}  // namespace valion::gateway

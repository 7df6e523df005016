#include "platform/auth/unique_members.hpp"

namespace valion::auth {

std::optional<Members> unique_members(const json::Node& node) {
  if (node.kind() != json::Kind::object) return std::nullopt;
  Members members;
  bool unique = true;
  node.each_member(
      [&](std::string_view name, const json::Node& value) { unique = members.emplace(name, value).second && unique; });
  if (!unique) return std::nullopt;
  return members;
}

std::optional<std::string_view> text_of(const Members& members, std::string_view name) {
  const auto found = members.find(name);
  if (found == members.end() || found->second.kind() != json::Kind::text) return std::nullopt;
  return found->second.text();
}

}  // namespace valion::auth

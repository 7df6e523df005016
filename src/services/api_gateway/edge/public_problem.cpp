#include "services/api_gateway/edge/public_problem.hpp"

#include "platform/json/node.hpp"
#include "platform/json/writer.hpp"

namespace valion::gateway {
namespace {

std::string public_instance(const RouteTable& table, const Route& route, std::string_view asked,
                            std::string_view instance) {
  if (table.target_for(route, asked).text() == instance) return std::string(asked);
  return table.public_location(route, instance);
}

}  // namespace

std::string public_problem(const RouteTable& table, const Route& route, std::string_view asked,
                           const std::string& document) {
  const auto parsed = json::Document::parse(document);
  if (!parsed || parsed->root().kind() != json::Kind::object) return document;
  std::string out = "{";
  parsed->root().each_member([&](std::string_view name, json::Node value) {
    if (out.size() > 1) out += ',';
    json::write_text(out, name);
    out += ':';
    if (name == "instance" && value.kind() == json::Kind::text) {
      json::write_text(out, public_instance(table, route, asked, value.text()));
    } else {
      out += value.compact();
    }
  });
  return out + "}";
}

}  // namespace valion::gateway

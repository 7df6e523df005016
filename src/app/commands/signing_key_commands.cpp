// `valion signing-key …`, through the gateway's /api/v1/auth/signing-keys routes.
#include <fmt/format.h>

#include "app/commands/commands.hpp"
#include "app/commands/signed_in.hpp"
#include "app/terminal/table.hpp"
#include "contracts/signing_keys.hpp"

namespace valion::app {
namespace {

const std::string kSigningKeys = "/api/v1/auth/signing-keys";

int show(const GatewayOptions& gateway, const Result<std::string>& answer) {
  if (!answer) return complain(answer.error());
  const auto list = json::decode<contracts::SigningKeyList>(*answer, json::Unknown::ignored);
  if (!list) return complain(list.error());
  if (gateway.json) {
    fmt::print("{}\n", json::encode(*list));
    return 0;
  }
  TextTable table{{"key", "state", "since", "leaves"}, {}};
  for (const contracts::SigningKeyView& key : list->keys) {
    table.rows.push_back({key.kid, key.state, key.since.substr(0, 16), key.leaves_at.value_or("").substr(0, 16)});
  }
  fmt::print("{}", to_text(table));
  return 0;
}

}  // namespace

int list_signing_keys(const Settings& settings, const GatewayOptions& gateway) {
  auto api = signed_in(settings, gateway);
  if (!api) return complain(api.error());
  return show(gateway, api->send(http::Method::get, kSigningKeys, ""));
}

int rotate_signing_keys(const Settings& settings, const GatewayOptions& gateway, bool withdraw) {
  auto api = signed_in(settings, gateway);
  if (!api) return complain(api.error());
  const std::string body = json::encode(contracts::RotateKeys{withdraw});
  return show(gateway, api->send(http::Method::post, kSigningKeys + "/rotate", body));
}

}  // namespace valion::app

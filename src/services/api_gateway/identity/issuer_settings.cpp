#include "services/api_gateway/identity/issuer_settings.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "platform/auth/public_key.hpp"

namespace valion::gateway {
namespace {

constexpr std::size_t kMostBytes = 1u << 20;
constexpr std::size_t kDeepest = 8;

tl::unexpected<Error> unusable(const std::string& why) {
  return fail(ErrorKind::malformed, "the file of trusted issuers " + why);
}

// Every scalar of this file is text, so that `name: 7` and `tenant: no` mean what they show.
Result<std::string> json_of(const YAML::Node& node, std::size_t depth) {
  if (depth > kDeepest) return unusable("is nested too deeply");
  if (node.IsNull()) return std::string("null");
  if (node.IsScalar()) return json::encode(node.Scalar());
  std::string text;
  std::set<std::string> names;
  for (const auto& member : node) {
    text += text.empty() ? "" : ",";
    if (node.IsSequence()) {
      VALION_TRY_ASSIGN(const std::string element, json_of(member, depth + 1));
      text += element;
      continue;
    }
    if (!member.first.IsScalar()) return unusable("has a key that is no text");
    if (!names.insert(member.first.Scalar()).second) return unusable("names " + member.first.Scalar() + " twice");
    VALION_TRY_ASSIGN(const std::string value, json_of(member.second, depth + 1));
    text += json::encode(member.first.Scalar()) + ":" + value;
  }
  return node.IsSequence() ? "[" + text + "]" : "{" + text + "}";
}

bool is_short_name(const std::string& name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), plain);
}

bool is_tenant(const std::string& name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._@+-").find(c) != std::string_view::npos;
  };
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), plain);
}

bool is_this_machine(std::string_view host) { return host == "localhost" || host == "127.0.0.1" || host == "[::1]"; }

}  // namespace

bool may_be_fetched(std::string_view url) {
  const bool clear = url.starts_with("http://");
  if (!clear && !url.starts_with("https://")) return false;
  if (url.size() > 2'048 || url.find_first_of("#@\\ ") != std::string_view::npos) return false;
  if (std::any_of(url.begin(), url.end(), [](unsigned char c) { return c <= ' ' || c >= 0x7f; })) return false;
  std::string_view host = url.substr(clear ? 7 : 8);
  host = host.substr(0, host.find_first_of("/?"));
  const std::size_t port = host.find(':', host.starts_with('[') ? host.find(']') : 0);
  host = host.substr(0, port);
  return !host.empty() && (!clear || is_this_machine(host));
}

void TrustedIssuer::check(json::Checker& checker) const {
  const auto require = [&](bool condition, std::string_view pointer, std::string_view message) {
    checker.require(condition, pointer, message);
  };
  require(is_short_name(name) && name != "key", "/name", "must be 1 to 32 of a-z 0-9 - _, and not `key`");
  require(may_be_fetched(issuer) && issuer.find('?') == std::string::npos, "/issuer",
          "must be an https URL without query and fragment (http only to this machine)");
  require(!audience.empty(), "/audience", "must name who the tokens are for");
  require(tenant.has_value() != tenant_claim.has_value(), "/tenant", "wants either `tenant` or `tenant_claim`");
  require(!tenant || is_tenant(*tenant), "/tenant", "must be 1 to 64 of a-z A-Z 0-9 . _ @ + -");
  require(!tenant_claim || !tenants.empty(), "/tenants", "must list which tenants `tenant_claim` may name");
  require(!tenant || tenants.empty(), "/tenants", "goes with `tenant_claim`");
  require(std::all_of(tenants.begin(), tenants.end(), is_tenant), "/tenants", "must be names of tenants");
  require(roles.empty() || roles_claim, "/roles_claim", "must name the claim that `roles` translates");
  for (const auto& [theirs, ours] : roles) {
    require(is_short_name(ours) && ours != "service", json::pointer_to("/roles", theirs), "must be a role of ours");
  }
  require(!algorithms.empty(), "/algorithms", "must name at least one");
  for (const std::string& algorithm : algorithms) {
    require(auth::algorithm_named(algorithm).has_value(), "/algorithms", "must be among EdDSA, RS256, ES256");
  }
  require(!types.empty(), "/types", "must name at least one");
  for (const std::string& type : types) require(type == "at+jwt" || type == "jwt", "/types", "must be at+jwt or jwt");
}

void IssuersFile::check(json::Checker& checker) const {
  std::set<std::string> names, urls;
  for (std::size_t i = 0; i < issuers.size(); ++i) {
    const std::string pointer = "/issuers/" + std::to_string(i);
    checker.require(names.insert(issuers[i].name).second, pointer + "/name", "stands twice");
    checker.require(urls.insert(issuers[i].issuer).second, pointer + "/issuer", "stands twice");
  }
}

Result<std::vector<TrustedIssuer>> parse_issuers(std::string_view yaml) {
  if (yaml.size() > kMostBytes) return unusable("has more than 1 MiB");
  std::string text;
  try {
    const YAML::Node root = YAML::Load(std::string(yaml));
    VALION_TRY_ASSIGN(text, json_of(root, 0));
  } catch (const YAML::Exception& error) {
    return unusable(std::string("is no YAML: ") + error.what());
  }
  VALION_TRY_ASSIGN(IssuersFile file, json::decode<IssuersFile>(text));
  return std::move(file.issuers);
}

Result<std::vector<TrustedIssuer>> read_issuers_file(const std::filesystem::path& file) {
  std::ifstream input(file, std::ios::binary);
  if (!input) return unusable(file.string() + " cannot be read");
  const std::string text{std::istreambuf_iterator<char>(input), {}};
  auto issuers = parse_issuers(text);
  if (!issuers) {
    Error error = std::move(issuers).error();
    error.message = file.string() + ": " + error.message;
    return fail(std::move(error));
  }
  return issuers;
}

}  // namespace valion::gateway

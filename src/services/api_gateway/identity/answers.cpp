#include "services/api_gateway/identity/answers.hpp"

#include <boost/describe.hpp>

#include "base/date.hpp"
#include "platform/auth/base64url.hpp"
#include "platform/auth/token.hpp"
#include "services/api_gateway/identity/tenant_catalogue.hpp"

namespace valion::gateway {
namespace {

struct SessionClaim {
  std::optional<std::string> sid;
};
BOOST_DESCRIBE_STRUCT(SessionClaim, (), (sid))

std::optional<std::string> unless_empty(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

std::string text_of(std::int64_t seconds) {
  return utc_timestamp(std::chrono::system_clock::time_point(std::chrono::seconds(seconds)));
}

}  // namespace

bool manages(const Principal& caller, const std::string& tenant) {
  return caller.tenant == kDefaultTenant || caller.tenant == tenant;
}

http::Response no_store(http::Response response) {
  response.headers.set("Cache-Control", "no-store");
  return response;
}

http::Response no_content() {
  http::Response response;
  response.status = 204;
  response.body = std::string();
  return response;
}

http::Response too_many_attempts(const http::Request& request, std::chrono::seconds wait) {
  const std::string seconds = std::to_string(wait.count());
  http::Response response = http::problem_response(
      make_error(ErrorKind::too_many_requests, "too many failed attempts; try again in " + seconds + " s"), request);
  response.headers.set("Retry-After", seconds);
  return response;
}

contracts::UserView view_of(const User& user) {
  contracts::UserView view;
  view.name = user.principal.user;
  view.tenant = user.principal.tenant;
  view.roles = user.principal.roles;
  view.disabled = user.disabled;
  view.created_at = user.created_at;
  view.pending = user.password_hash.empty();
  view.full_name = unless_empty(user.full_name);
  view.email = unless_empty(user.email);
  view.last_seen_at = unless_empty(user.last_seen_at);
  return view;
}

contracts::KeyView view_of(const ApiKey& key) {
  contracts::KeyView view;
  view.id = key.id;
  view.name = key.name;
  view.tenant = key.tenant;
  view.roles = key.roles;
  view.created_by = key.created_by;
  view.created_at = key.created_at;
  view.expires_at = unless_empty(key.expires_at);
  view.revoked_at = unless_empty(key.revoked_at);
  if (!key.scopes.empty()) view.scopes = key.scopes;
  if (key.limit) view.limit = contracts::KeyLimit{key.limit->requests, key.limit->window.count()};
  view.last_used_at = unless_empty(key.last_used_at);
  return view;
}

contracts::SessionView view_of(const Session& session, const std::string& current) {
  contracts::SessionView view;
  view.id = session.id;
  view.created_at = session.created_at;
  view.last_used_at = session.last_used_at;
  view.expires_at = text_of(session.expires_at);
  view.refreshable = session.refreshable;
  view.current = session.id == current;
  view.address = session.address;
  view.agent = session.agent;
  return view;
}

contracts::AuditView view_of(const audit::Record& record) {
  contracts::AuditView view;
  view.sequence = record.sequence;
  view.at = record.at;
  view.tenant = record.tenant;
  view.actor = record.actor;
  view.action = record.action;
  view.object = record.object;
  view.outcome = record.outcome;
  view.address = record.address;
  view.request_id = record.request_id;
  view.detail = record.detail;
  view.hash = record.hash;
  return view;
}

std::string session_of(const http::Request& request) {
  const auto token = auth::bearer(request.headers.find("Authorization").value_or(""));
  if (!token) return {};
  const std::size_t first = token->find('.');
  const std::size_t second = first == std::string_view::npos ? first : token->find('.', first + 1);
  if (second == std::string_view::npos) return {};
  const auto payload = auth::from_base64url(token->substr(first + 1, second - first - 1));
  if (!payload) return {};
  const auto claim = json::decode<SessionClaim>(*payload, json::Unknown::ignored);
  return claim ? claim->sid.value_or("") : std::string();
}

}  // namespace valion::gateway

#include "base/date.hpp"
#include "platform/service/read_json.hpp"
#include "services/api_gateway/identity/answers.hpp"
#include "services/api_gateway/identity/handlers.hpp"

namespace valion::gateway::handlers {
namespace {

// The tenant that a new user gets: the wanted one, else the admin's own.
Result<std::string> tenant_for(const Principal& admin, const std::optional<std::string>& wanted) {
  const std::string tenant = wanted.value_or(admin.tenant);
  if (manages(admin, tenant)) return tenant;
  return fail(ErrorKind::forbidden, "an admin of " + admin.tenant + " cannot act for the tenant " + tenant);
}

IdentityAnswer changed(IdentityMeans& means, const http::Request& request, std::string_view what, Result<User> user) {
  if (!user) co_return fail(std::move(user).error());
  co_await settle(means);
  note(means, request, what, user->principal.user);
  co_return http::json_response(200, json::encode(view_of(*user)));
}

IdentityAnswer set_disabled(IdentityMeans& means, http::Request& request, bool disabled) {
  VALION_CO_TRY_ASSIGN(const User user, co_await user_of(means, request));
  auto after = co_await means.accounts.users.set_disabled(user.principal.user, disabled, actor_of(request));
  const std::string_view what = disabled ? "user disabled" : "user enabled";
  auto answer = co_await changed(means, request, what, std::move(after));
  co_return answer;
}

}  // namespace

IdentityAnswer list_users(IdentityMeans& means, http::Request& request) {
  auto users = co_await means.accounts.users.all();
  if (!users) co_return fail(std::move(users).error());
  contracts::UserList list;
  for (const User& user : *users) {
    if (manages(*request.principal, user.principal.tenant)) list.users.push_back(view_of(user));
  }
  co_return http::json_response(200, json::encode(list));
}

IdentityAnswer add_user(IdentityMeans& means, http::Request& request) {
  VALION_CO_TRY_ASSIGN(auto wanted, co_await read_json<contracts::NewUser>(request, kSmallBody));
  User user;
  VALION_CO_TRY_ASSIGN(user.principal.tenant, tenant_for(*request.principal, wanted.tenant));
  user.principal.user = wanted.name;
  user.principal.roles = wanted.roles;
  user.full_name = wanted.full_name.value_or("");
  user.email = wanted.email.value_or("");
  if (wanted.password) {
    auto hash = co_await means.sign_in.hash(std::move(*wanted.password));
    if (!hash) co_return fail(std::move(hash).error());
    user.password_hash = std::move(*hash);
  }
  auto added = co_await means.accounts.users.add(std::move(user), actor_of(request));
  auto answer = co_await changed(means, request, "user added", std::move(added));
  if (!answer) co_return fail(std::move(answer).error());
  answer->status = 201;
  answer->headers.set("Location", "/api/v1/auth/users/" + wanted.name);
  co_return std::move(*answer);
}

IdentityAnswer set_password(IdentityMeans& means, http::Request& request) {
  VALION_CO_TRY_ASSIGN(const User user, co_await user_of(means, request));
  VALION_CO_TRY_ASSIGN(auto wanted, co_await read_json<contracts::PasswordChange>(request, kSmallBody));
  auto hash = co_await means.sign_in.hash(std::move(wanted.password));
  if (!hash) co_return fail(std::move(hash).error());
  auto after = co_await means.accounts.users.set_password(user.principal.user, std::move(*hash), actor_of(request));
  auto answer = co_await changed(means, request, "password changed", std::move(after));
  co_return answer;
}

IdentityAnswer set_roles(IdentityMeans& means, http::Request& request) {
  VALION_CO_TRY_ASSIGN(const User user, co_await user_of(means, request));
  VALION_CO_TRY_ASSIGN(auto wanted, co_await read_json<contracts::RolesChange>(request, kSmallBody));
  auto after = co_await means.accounts.users.set_roles(user.principal.user, std::move(wanted.roles), actor_of(request));
  auto answer = co_await changed(means, request, "roles changed", std::move(after));
  co_return answer;
}

IdentityAnswer disable_user(IdentityMeans& means, http::Request& request) {
  auto answer = co_await set_disabled(means, request, true);
  co_return answer;
}

IdentityAnswer enable_user(IdentityMeans& means, http::Request& request) {
  auto answer = co_await set_disabled(means, request, false);
  co_return answer;
}

IdentityAnswer remove_user(IdentityMeans& means, http::Request& request) {
  VALION_CO_TRY_ASSIGN(const User user, co_await user_of(means, request));
  const Result<void> removed = co_await means.accounts.users.remove(user.principal.user, actor_of(request));
  if (!removed) co_return fail(removed.error());
  co_await settle(means);
  note(means, request, "user removed", user.principal.user);
  co_return no_content();
}

IdentityAnswer make_setup_link(IdentityMeans& means, http::Request& request) {
  VALION_CO_TRY_ASSIGN(const User user, co_await user_of(means, request));
  const auto now = std::chrono::system_clock::now();
  auto made = co_await means.accounts.setup.make(user.principal.user, now, actor_of(request));
  if (!made) co_return fail(std::move(made).error());
  note(means, request, "setup link made", user.principal.user);
  const contracts::SetupLink link{made->user, "/setup?token=" + made->token, made->expires_at};
  co_return no_store(http::json_response(201, json::encode(link)));
}

IdentityAnswer export_person(IdentityMeans& means, http::Request& request) {
  VALION_CO_TRY_ASSIGN(const User user, co_await user_of(means, request));
  auto kept = co_await means.accounts.personal_data.collect(user.principal.user, actor_of(request));
  if (!kept) co_return fail(std::move(kept).error());
  contracts::PersonalData data;
  data.exported_at = utc_timestamp(std::chrono::system_clock::now());
  data.user = view_of(kept->user);
  for (const Session& session : kept->sessions) data.sessions.push_back(view_of(session, {}));
  for (const audit::Record& record : kept->audit) data.audit.push_back(view_of(record));
  data.keys = std::move(kept->keys);
  data.jobs = std::move(kept->jobs);
  note(means, request, "personal data exported", user.principal.user);
  co_return no_store(http::json_response(200, json::encode(data)));
}

IdentityAnswer erase_person(IdentityMeans& means, http::Request& request) {
  VALION_CO_TRY_ASSIGN(const User user, co_await user_of(means, request));
  auto erased = co_await means.accounts.personal_data.erase(user.principal.user, actor_of(request));
  if (!erased) co_return fail(std::move(erased).error());
  co_await settle(means);
  note(means, request, "personal data erased", erased->pseudonym);
  co_return no_store(http::json_response(200, json::encode(*erased)));
}

}  // namespace valion::gateway::handlers

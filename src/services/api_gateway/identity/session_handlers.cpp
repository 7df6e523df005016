#include "platform/service/read_json.hpp"
#include "services/api_gateway/identity/answers.hpp"
#include "services/api_gateway/identity/handlers.hpp"

namespace valion::gateway::handlers {
namespace {

Async<Result<SignIn::Answer>> signed_in(IdentityMeans& means, http::Request& request, bool refreshable) {
  VALION_CO_TRY_ASSIGN(auto wanted, co_await read_json<contracts::TokenRequest>(request, kSmallBody));
  SignIn::Attempt attempt{std::move(wanted.user), std::move(wanted.password), {}, refreshable};
  attempt.agent = request.headers.find("User-Agent").value_or("");
  auto answer = co_await means.sign_in.sign_in(std::move(attempt), actor_of(request));
  co_return answer;
}

std::int64_t seconds_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

}  // namespace

IdentityAnswer token(IdentityMeans& means, http::Request& request) {
  auto signed_in_now = co_await signed_in(means, request, false);
  if (!signed_in_now) co_return fail(std::move(signed_in_now).error());
  if (signed_in_now->wait.count() > 0) co_return too_many_attempts(request, signed_in_now->wait);
  contracts::TokenAnswer answer;
  answer.access_token = std::move(signed_in_now->tokens.access_token);
  answer.expires_in = signed_in_now->tokens.expires_in;
  co_return no_store(http::json_response(200, json::encode(answer)));
}

IdentityAnswer login(IdentityMeans& means, http::Request& request) {
  auto answer = co_await signed_in(means, request, true);
  if (!answer) co_return fail(std::move(answer).error());
  if (answer->wait.count() > 0) co_return too_many_attempts(request, answer->wait);
  co_return no_store(http::json_response(200, json::encode(answer->tokens)));
}

IdentityAnswer refresh(IdentityMeans& means, http::Request& request) {
  VALION_CO_TRY_ASSIGN(auto wanted, co_await read_json<contracts::RefreshRequest>(request, kSmallBody));
  auto answer = co_await means.sign_in.refresh(std::move(wanted.refresh_token), actor_of(request));
  if (!answer) {
    co_await settle(means);  // a copied token may have ended its session
    co_return fail(std::move(answer).error());
  }
  co_return no_store(http::json_response(200, json::encode(*answer)));
}

IdentityAnswer logout(IdentityMeans& means, http::Request& request) {
  const std::string session = session_of(request);
  if (session.empty()) {
    co_return fail(ErrorKind::conflict, "an API key has no session; revoke it: DELETE /api/v1/auth/keys/{id}");
  }
  const Result<void> ended = co_await means.accounts.sessions.end(session, actor_of(request));
  if (!ended) co_return fail(ended.error());
  co_await settle(means);
  co_return no_content();
}

IdentityAnswer logout_all(IdentityMeans& means, http::Request& request) {
  const auto ended = co_await means.accounts.sessions.end_all(actor_of(request));
  if (!ended) co_return fail(ended.error());
  co_await settle(means);
  co_return no_content();
}

IdentityAnswer list_sessions(IdentityMeans& means, http::Request& request) {
  auto sessions = co_await means.accounts.sessions.of_user(request.principal->user, seconds_now());
  if (!sessions) co_return fail(std::move(sessions).error());
  const std::string current = session_of(request);
  contracts::SessionList list;
  for (const Session& session : *sessions) list.sessions.push_back(view_of(session, current));
  co_return no_store(http::json_response(200, json::encode(list)));
}

IdentityAnswer end_session(IdentityMeans& means, http::Request& request) {
  const Result<void> ended = co_await means.accounts.sessions.end(request.parameters.text("id"), actor_of(request));
  if (!ended) co_return fail(ended.error());
  co_await settle(means);
  co_return no_content();
}

IdentityAnswer show_me(IdentityMeans&, http::Request& request) {
  const contracts::Identity me{request.principal->tenant, request.principal->user, request.principal->roles};
  co_return no_store(http::json_response(200, json::encode(me)));
}

IdentityAnswer change_own_password(IdentityMeans& means, http::Request& request) {
  VALION_CO_TRY_ASSIGN(auto wanted, co_await read_json<contracts::OwnPasswordChange>(request, kSmallBody));
  const Actor actor = actor_of(request);
  auto checked = co_await means.sign_in.check_own(std::move(wanted.old_password), actor);
  if (!checked) co_return fail(std::move(checked).error());
  if (checked->wait.count() > 0) co_return too_many_attempts(request, checked->wait);
  auto hash = co_await means.sign_in.hash(std::move(wanted.password));
  if (!hash) co_return fail(std::move(hash).error());
  const auto after = co_await means.accounts.users.set_password(actor.user, std::move(*hash), actor);
  if (!after) co_return fail(after.error());
  co_await settle(means);
  note(means, request, "own password changed", actor.user);
  co_return no_content();
}

}  // namespace valion::gateway::handlers

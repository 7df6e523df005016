#include "services/api_gateway/identity/sign_in.hpp"

#include <algorithm>

#include "platform/auth/password.hpp"

namespace valion::gateway {
namespace {

using Clock = std::chrono::system_clock;

std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(Clock::now().time_since_epoch()).count();
}

tl::unexpected<Error> wrong() { return fail(ErrorKind::unauthenticated, "user or password is wrong"); }

}  // namespace

Async<Result<void>> SignIn::start() {
  auto made = co_await hash(auth::random_text(24));
  if (!made) co_return fail(std::move(made).error());
  absent_hash_ = std::move(*made);
  co_return Result<void>{};
}

Async<Result<std::string>> SignIn::hash(std::string password) {
  const auto work = [&password] { return auth::hash_password(password); };
  auto hashed = co_await means_.cpu.run(work);
  co_return hashed;
}

// An unknown name costs what a known one does: the same look-ups, one hash, one row of the audit log.
Async<Result<SignIn::Checked>> SignIn::check(std::string name, std::string password, Actor actor) {
  Checked checked;
  auto wait = co_await means_.throttle.attempt(name, actor.address, Clock::now());
  if (!wait) co_return fail(std::move(wait).error());
  checked.wait = *wait;
  if (checked.wait.count() > 0) co_return checked;
  auto found = co_await means_.users.find(name);
  if (!found) co_return fail(std::move(found).error());
  const bool has_password = *found && !(*found)->password_hash.empty();
  const std::string hash = has_password ? (*found)->password_hash : absent_hash_;
  const auto verify = [&] { return auth::verify_password(hash, password); };
  auto good = co_await means_.cpu.run(verify);
  if (!good) co_return fail(std::move(good).error());
  if (!*good || !has_password || (*found)->disabled) {
    const std::string why = !*found ? "unknown user" : (*found)->disabled ? "disabled user" : "wrong password";
    const Result<void> noted = co_await note_failure(std::move(name), *found, why, std::move(actor));
    if (!noted) co_return fail(noted.error());
    co_return checked;
  }
  const Result<void> done = co_await means_.throttle.succeeded(std::move(name), actor.address);
  if (!done) co_return fail(done.error());
  checked.user = std::move(**found);
  co_return checked;
}

// What a stranger typed as a name may be a password: only names that exist are kept.
Async<Result<void>> SignIn::note_failure(std::string name, std::optional<User> user, std::string why, Actor actor) {
  actor.user = user ? name : std::string();
  audit::Entry entry =
      entry_of(actor, user ? user->principal.tenant : "default", "login", user ? "user:" + name : "", std::move(why));
  entry.outcome = "failed";
  auto noted = co_await audit::record(means_.database, std::move(entry));
  co_return noted;
}

contracts::SessionAnswer SignIn::tokens_for(const Principal& principal, const Session& session,
                                            std::int64_t cut) const {
  // Tokens of the second in which they were cut off are not taken: this one must be younger.
  const Clock::time_point after_cut{std::chrono::seconds(cut + 1)};
  const auto issued_at = std::max(Clock::now(), after_cut);
  const std::chrono::seconds left(std::max<std::int64_t>(session.expires_at - seconds_now(), 1));
  const std::chrono::seconds usual = session.refreshable ? lifetimes_.refreshable_token : means_.tokens.lifetime();
  const auto issued = means_.tokens.issue(principal, session.id, issued_at, std::min(usual, left));
  contracts::SessionAnswer answer;
  answer.access_token = issued.text;
  answer.expires_in = issued.expires_at - issued.issued_at;
  answer.session = session.id;
  answer.refresh_expires_in = session.refreshable ? left.count() : 0;
  return answer;
}

Async<Result<SignIn::Answer>> SignIn::sign_in(Attempt attempt, Actor actor) {
  auto checked = co_await check(attempt.user, attempt.password, actor);
  if (!checked) co_return fail(std::move(checked).error());
  Answer answer;
  answer.wait = checked->wait;
  if (answer.wait.count() > 0) co_return answer;
  if (!checked->user) co_return wrong();
  SessionCatalogue::Opening opening;
  if (auth::needs_rehash(checked->user->password_hash)) {
    auto fresh = co_await hash(attempt.password);
    if (!fresh) co_return fail(std::move(fresh).error());
    opening.new_password_hash = std::move(*fresh);
  }
  opening.user = std::move(*checked->user);
  opening.now = seconds_now();
  opening.expires_at = opening.now + (attempt.refreshable ? lifetimes_.session : means_.tokens.lifetime()).count() + 2;
  opening.refreshable = attempt.refreshable;
  opening.agent = std::move(attempt.agent);
  const Principal principal = opening.user.principal;
  auto opened = co_await means_.sessions.open(std::move(opening), std::move(actor));
  if (!opened) co_return fail(std::move(opened).error());
  answer.tokens = tokens_for(principal, opened->session, opened->cut);
  answer.tokens.refresh_token = std::move(opened->refresh_token);
  co_return answer;
}

Async<Result<contracts::SessionAnswer>> SignIn::refresh(std::string refresh_token, Actor actor) {
  auto refreshed = co_await means_.sessions.refresh(std::move(refresh_token), seconds_now(), std::move(actor));
  if (!refreshed) co_return fail(std::move(refreshed).error());
  contracts::SessionAnswer answer = tokens_for(refreshed->user.principal, refreshed->session, refreshed->cut);
  answer.refresh_token = std::move(refreshed->refresh_token);
  co_return answer;
}

Async<Result<SignIn::Answer>> SignIn::check_own(std::string password, Actor actor) {
  const std::string name = actor.user;
  auto checked = co_await check(name, std::move(password), std::move(actor));
  if (!checked) co_return fail(std::move(checked).error());
  Answer answer;
  answer.wait = checked->wait;
  if (answer.wait.count() == 0 && !checked->user) co_return fail(ErrorKind::forbidden, "the old password is wrong");
  co_return answer;
}

}  // namespace valion::gateway

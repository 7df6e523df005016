#include "services/api_gateway/identity/authenticator.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <map>
#include <optional>

#include "platform/auth/access_token.hpp"
#include "services/api_gateway/identity/api_key_lookup.hpp"
#include "services/api_gateway/identity/flight.hpp"
#include "services/api_gateway/identity/known_credentials.hpp"
#include "services/api_gateway/identity/trusted_issuers.hpp"

namespace valion::gateway {
namespace {

using Time = Authenticator::Time;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kLeeway = 5;          // seconds, as Expected has it
constexpr std::int64_t kPassportFresh = 30;  // seconds; half of what its token lives
constexpr std::int64_t kNoteUseEvery = 60;   // seconds
constexpr std::chrono::milliseconds kRingPause{250};
// Signatures checked on the event loop at most, before the next go to the CPU pool: 32 in 10 ms are a sixth of its
// time.
constexpr int kInlineChecks = 32;
constexpr std::chrono::milliseconds kInlineWindow{10};

std::int64_t seconds_of(Time moment) {
  return std::chrono::duration_cast<std::chrono::seconds>(moment.time_since_epoch()).count();
}

IssuedToken facts_of(const Caller& caller) {
  IssuedToken token;
  token.tenant = caller.principal.tenant;
  if (caller.kind == CallerKind::api_key) return token;  // revoked by its catalogue, not with a user of its name
  token.user = caller.principal.user;
  token.session = caller.session;
  token.token_id = caller.token_id;
  token.issued_at = caller.issued_at;
  return token;
}

Caller caller_of(auth::AccessClaims claims) {
  Caller caller;
  caller.principal = std::move(claims.principal);
  caller.kind = caller.principal.has_role("service") ? CallerKind::service : CallerKind::user;
  caller.subject = std::string(name_of(caller.kind)) + ":" + caller.principal.tenant + "/" + caller.principal.user;
  caller.session = std::move(claims.session);
  caller.token_id = std::move(claims.token_id);
  caller.issued_at = claims.issued_at;
  caller.expires_at = claims.expires_at;
  return caller;
}

Caller caller_of(const ApiKey& key, std::int64_t expires_at) {
  Caller caller;
  caller.principal = key.principal();
  caller.kind = CallerKind::api_key;
  caller.subject = "key:" + key.id;
  caller.scopes = key.scopes;
  caller.limit = key.limit;
  caller.token_id = key.id;
  caller.expires_at = expires_at;
  return caller;
}

tl::unexpected<Error> over() { return fail(ErrorKind::cancelled, "the gateway ends"); }

tl::unexpected<Error> withdrawn() {
  return fail(ErrorKind::unauthenticated, "the token was withdrawn; get a new one from POST /api/v1/auth/token");
}

}  // namespace

std::string_view name_of(CallerKind kind) noexcept {
  switch (kind) {
    case CallerKind::user: return "user";
    case CallerKind::service: return "service";
    case CallerKind::api_key: return "key";
    case CallerKind::external: return "external";
  }
  return "";
}

struct Authenticator::State {
  State(Executor loop, Means given, AuthenticatorSettings chosen)
      : executor(std::move(loop)),
        means(given),
        settings(std::move(chosen)),
        known(settings.most_known, settings.most_bytes),
        keys(executor, given.keys) {}

  // A sum of counters that only grow: it changes whenever anything that was believed may not hold any more.
  [[nodiscard]] std::uint64_t epoch() const {
    return means.ring.generation() + means.withdrawals.generation() + keys.generation() +
           (means.issuers == nullptr ? 0 : means.issuers->generation());
  }
  [[nodiscard]] bool still_holds(const KnownCredential& credential, Time now) const;
  CallerPtr find(std::string_view credential, Time now);
  CallerPtr keep(KnownCredential credential, Caller caller);

  Async<Result<bool>> is_signed(auth::PublicKey key, const auth::ParsedToken& token);
  Async<Result<std::optional<auth::PublicKey>>> ring_key(std::string key_id, Time now);
  Async<Result<CallerPtr>> by_own_token(std::string credential, auth::ParsedToken token, Time now);
  Async<Result<CallerPtr>> by_external_token(std::string credential, auth::ParsedToken token, Time now);
  Async<Result<CallerPtr>> by_key(std::string credential, std::string remote_address, Time now);
  Async<Result<void>> refresh();
  Async<void> flush_uses(std::int64_t now);
  static Async<void> settle(std::shared_ptr<State> state);
  static Async<void> keep_current(std::shared_ptr<State> state);

  Executor executor;
  Means means;
  AuthenticatorSettings settings;
  KnownCredentials known;
  ApiKeyLookup keys;
  bool ended = false;
  bool stale = false;  // something was changed here and not read yet
  std::shared_ptr<Flight> refreshing;
  Clock::time_point ring_asked{};
  Clock::time_point window_began{};
  int checked_in_window = 0;
  std::map<std::string, std::int64_t> uses;  // of API keys, not written yet
  std::int64_t uses_written = 0;
};

bool Authenticator::State::still_holds(const KnownCredential& credential, Time now) const {
  if (means.withdrawals.is_withdrawn(facts_of(*credential.caller))) return false;
  switch (credential.voucher) {
    case KnownCredential::Voucher::ring: return means.ring.find(credential.key_id, now) != nullptr;
    case KnownCredential::Voucher::issuer:
      return means.issuers != nullptr && means.issuers->has_key(credential.issuer, credential.key_id);
    case KnownCredential::Voucher::key_catalogue: return credential.key_generation == keys.generation();
  }
  return false;
}

CallerPtr Authenticator::State::find(std::string_view credential, Time now) {
  KnownCredential* const found = known.find(credential);
  if (found == nullptr) return nullptr;
  const std::int64_t moment = seconds_of(now);
  const bool in_time = found->valid_until == 0 || moment < found->valid_until;
  if (!in_time || (found->epoch != epoch() && !still_holds(*found, now))) {
    known.erase(credential);
    return nullptr;
  }
  found->epoch = epoch();
  if (found->voucher == KnownCredential::Voucher::key_catalogue && moment - found->noted_at >= kNoteUseEvery) {
    found->noted_at = moment;
    uses[found->caller->token_id] = moment;
  }
  return found->caller;
}

CallerPtr Authenticator::State::keep(KnownCredential credential, Caller caller) {
  const CallerPtr kept = std::make_shared<const Caller>(std::move(caller));
  credential.caller = kept;
  known.put(std::move(credential));
  return kept;
}

// A few signatures are cheaper checked at once than handed over; many would keep everybody else waiting.
Async<Result<bool>> Authenticator::State::is_signed(auth::PublicKey key, const auth::ParsedToken& token) {
  const auto now = Clock::now();
  if (now - window_began > kInlineWindow) {
    window_began = now;
    checked_in_window = 0;
  }
  if (++checked_in_window <= kInlineChecks) co_return auth::is_signed_by(key, token);
  const auto check = [&key, &token] { return auth::is_signed_by(key, token); };
  auto checked = co_await means.cpu.run(check);
  co_return checked;
}

// A name that is not known may be one that another gateway has just begun to use.
Async<Result<std::optional<auth::PublicKey>>> Authenticator::State::ring_key(std::string key_id, Time now) {
  const auth::PublicKey* known_key = means.ring.find(key_id, now);
  if (known_key == nullptr && Clock::now() - ring_asked > kRingPause) {
    ring_asked = Clock::now();
    const Result<void> asked = co_await means.ring.refresh(now);
    if (!asked) co_return fail(asked.error());
    known_key = means.ring.find(key_id, now);
  }
  std::optional<auth::PublicKey> key;
  if (known_key != nullptr) key.emplace(*known_key);
  co_return key;
}

Async<Result<CallerPtr>> Authenticator::State::by_own_token(std::string credential, auth::ParsedToken token, Time now) {
  VALION_CO_TRY_ASSIGN(const auto key, co_await ring_key(token.key_id, now));
  if (!key) co_return auth::not_a_token();
  VALION_CO_TRY_ASSIGN(const bool good, co_await is_signed(*key, token));
  if (!good) co_return auth::not_a_token();
  const auth::Expected expected{settings.issuer, auth::kClientAudience};
  auto claims = auth::read_access_claims(token, expected, now);
  if (!claims) co_return fail(std::move(claims).error());
  Caller caller = caller_of(std::move(*claims));
  if (means.ring.find(token.key_id, now) == nullptr) co_return auth::not_a_token();
  if (means.withdrawals.is_withdrawn(facts_of(caller))) co_return withdrawn();
  KnownCredential kept;
  kept.text = std::move(credential);
  kept.key_id = std::move(token.key_id);
  kept.valid_until = caller.expires_at + kLeeway;
  kept.epoch = epoch();
  co_return keep(std::move(kept), std::move(caller));
}

Async<Result<CallerPtr>> Authenticator::State::by_external_token(std::string credential, auth::ParsedToken token,
                                                                 Time now) {
  auto key = co_await means.issuers->key_for(token, now);
  if (!key) co_return fail(std::move(key).error());
  VALION_CO_TRY_ASSIGN(const bool good, co_await is_signed(std::move(*key), token));
  if (!good) co_return auth::not_a_token();
  auto caller = means.issuers->read_caller(token, now);
  if (!caller) co_return fail(std::move(caller).error());
  if (!means.issuers->has_key(token.issuer, token.key_id)) co_return auth::not_a_token();
  if (means.withdrawals.is_withdrawn(facts_of(*caller))) co_return withdrawn();
  KnownCredential kept;
  kept.text = std::move(credential);
  kept.voucher = KnownCredential::Voucher::issuer;
  kept.key_id = std::move(token.key_id);
  kept.issuer = std::move(token.issuer);
  kept.valid_until = caller->expires_at + kLeeway;
  kept.epoch = epoch();
  co_return keep(std::move(kept), std::move(*caller));
}

Async<Result<CallerPtr>> Authenticator::State::by_key(std::string credential, std::string remote_address, Time now) {
  const std::uint64_t generation = keys.generation();
  const std::uint64_t began = epoch();  // what changes while we look is looked at again
  auto found = co_await keys.find(credential, std::move(remote_address));
  if (!found) co_return fail(std::move(found).error());
  VALION_CO_TRY(check_in_force(*found, now));
  Caller caller = caller_of(*found, expiry_of(*found));
  if (means.withdrawals.is_withdrawn(facts_of(caller))) co_return not_an_api_key();
  KnownCredential kept;
  kept.text = std::move(credential);
  kept.voucher = KnownCredential::Voucher::key_catalogue;
  kept.key_generation = generation;
  kept.epoch = began;
  kept.valid_until = caller.expires_at;
  kept.noted_at = seconds_of(now);
  uses[found->id] = kept.noted_at;
  co_return keep(std::move(kept), std::move(caller));
}

Async<void> Authenticator::State::flush_uses(std::int64_t now) {
  if (uses.empty() || now - uses_written < kNoteUseEvery) co_return;
  uses_written = now;
  std::map<std::string, std::int64_t> written = std::exchange(uses, {});
  const Result<void> noted = co_await means.keys.note_used(std::move(written));
  static_cast<void>(noted);  // the next use notes it again
}

// All are asked, so that one that is away does not keep the others from being heard.
Async<Result<void>> Authenticator::State::refresh() {
  const Time now = std::chrono::system_clock::now();
  const Result<void> cut = co_await means.withdrawals.refresh();
  if (ended) co_return over();
  const Result<void> ring = co_await means.ring.refresh(now);
  if (ended) co_return over();
  const Result<void> changed = co_await keys.refresh();
  if (ended) co_return over();
  if (means.issuers != nullptr) co_await means.issuers->refresh(now);
  if (ended) co_return over();
  co_await flush_uses(seconds_of(now));
  if (!cut) co_return fail(cut.error());
  if (!ring) co_return fail(ring.error());
  co_return changed;
}

// Once for all who wait. Afterwards it is not stale, also when the database was away: what it said last stays in force.
Async<void> Authenticator::State::settle(std::shared_ptr<State> state) {
  if (state->refreshing) {
    co_await Flight::landing(state->refreshing);
    co_return;
  }
  state->refreshing = std::make_shared<Flight>(state->executor);
  const Landing landing(state->refreshing);
  state->stale = false;
  const Result<void> refreshed = co_await state->refresh();
  static_cast<void>(refreshed);
}

Async<void> Authenticator::State::keep_current(std::shared_ptr<State> state) {
  const std::chrono::milliseconds pause = state->settings.every;
  for (;;) {
    co_await sleep_for(pause);
    if (state->ended) co_return;
    co_await settle(state);
  }
}

Authenticator::Authenticator(Executor executor, Means means, AuthenticatorSettings settings)
    : state_(std::make_shared<State>(std::move(executor), means, std::move(settings))) {}

Authenticator::~Authenticator() { state_->ended = true; }

CallerPtr Authenticator::known(std::string_view credential, Time now) {
  return state_->stale ? nullptr : state_->find(credential, now);
}

Async<Result<CallerPtr>> Authenticator::verify(std::string credential, std::string remote_address, Time now) {
  const std::shared_ptr<State> state = state_;
  while (state->stale) co_await State::settle(state);
  if (CallerPtr caller = state->find(credential, now)) co_return caller;
  if (credential.starts_with(kApiKeyMark)) {
    auto by_key = co_await state->by_key(std::move(credential), std::move(remote_address), now);
    co_return by_key;
  }
  auto token = auth::parse_token(credential);
  if (!token) co_return fail(std::move(token).error());
  // What was signed lies in `credential`, which moves: the views go with a copy of their own.
  const std::string text = credential;
  token->signed_text = std::string_view(text).substr(0, token->signed_text.size());
  if (token->issuer == state->settings.issuer && token->type == auth::kAccessTokenType) {
    auto own = co_await state->by_own_token(std::move(credential), std::move(*token), now);
    co_return own;
  }
  if (state->means.issuers == nullptr || !state->means.issuers->knows(token->issuer)) co_return auth::not_a_token();
  auto external = co_await state->by_external_token(std::move(credential), std::move(*token), now);
  co_return external;
}

const std::string& Authenticator::internal_authorization(const Caller& caller, Time now) {
  Caller::Passport& passport = caller.passport;
  const std::int64_t moment = seconds_of(now);
  if (moment < passport.fresh_until && passport.fresh_until - moment <= kPassportFresh) return passport.authorization;
  Principal principal = caller.principal;
  std::erase(principal.roles, "service");  // what services are to one another, no client ever is
  const auth::TokenSettings token{auth::kInternalAudience, std::chrono::seconds(2 * kPassportFresh),
                                  std::chrono::seconds(kLeeway)};
  passport.authorization = "Bearer " + auth::issue_token(state_->means.internal_key, token, principal, now);
  passport.fresh_until = moment + kPassportFresh;
  return passport.authorization;
}

Async<Result<void>> Authenticator::refresh() {
  const std::shared_ptr<State> state = state_;
  state->stale = false;
  auto refreshed = co_await state->refresh();
  co_return refreshed;
}

void Authenticator::start() { asio::co_spawn(state_->executor, State::keep_current(state_), asio::detached); }

void Authenticator::forget() { state_->stale = true; }

}  // namespace valion::gateway

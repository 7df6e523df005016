#include "services/api_gateway/identity/trusted_issuers.hpp"

#include <algorithm>

#include "platform/auth/jwk.hpp"
#include "services/api_gateway/identity/discovery.hpp"
#include "services/api_gateway/identity/flight.hpp"

namespace valion::gateway {

struct TrustedIssuers::Issuer {
  TrustedIssuer settings;
  std::vector<auth::NamedKey> keys;
  Time asked{};    // when the last fetch began
  Time fetched{};  // when the last one succeeded; never: the beginning of time
  std::string trouble;
  std::shared_ptr<Flight> fetching;

  [[nodiscard]] const auth::PublicKey* find(std::string_view key_id) const {
    const auto found =
        std::find_if(keys.begin(), keys.end(), [&](const auth::NamedKey& key) { return key.key_id == key_id; });
    return found == keys.end() ? nullptr : &found->key;
  }
};

struct TrustedIssuers::State {
  explicit State(Executor loop) : executor(std::move(loop)) {}

  Executor executor;
  std::vector<Issuer> issuers;
  FetchDocument fetch;
  IssuerTiming timing;
  std::function<void(const std::string&)> said;
  std::uint64_t generation = 0;

  Issuer* find(std::string_view issuer) {
    const auto found =
        std::find_if(issuers.begin(), issuers.end(), [&](const Issuer& one) { return one.settings.issuer == issuer; });
    return found == issuers.end() ? nullptr : &*found;
  }
  void say(const std::string& text) const {
    if (said) said(text);
  }
  void take(Issuer& issuer, auth::KeySet set, Time now);
  void fail_for(Issuer& issuer, const Error& error);
  Async<Result<auth::KeySet>> fetch_keys(const Issuer& issuer);
  static Async<void> ask(std::shared_ptr<State> state, Issuer& issuer, Time now);
};

void TrustedIssuers::State::take(Issuer& issuer, auth::KeySet set, Time now) {
  std::string refused;
  for (const std::string& line : set.refused) refused += "; not used: " + line;
  if (!issuer.trouble.empty()) say("the issuer " + issuer.settings.name + " answers again");
  if (!refused.empty() && issuer.keys.empty()) say("keys of the issuer " + issuer.settings.name + refused);
  issuer.trouble.clear();
  issuer.fetched = now;
  const std::vector<auth::NamedKey> before = std::exchange(issuer.keys, std::move(set.keys));
  const bool gone = std::any_of(before.begin(), before.end(),
                                [&](const auth::NamedKey& key) { return issuer.find(key.key_id) == nullptr; });
  if (gone) ++generation;
}

void TrustedIssuers::State::fail_for(Issuer& issuer, const Error& error) {
  if (issuer.trouble != error.message) {
    say("the issuer " + issuer.settings.name + " fails, its last keys stay: " + error.message);
  }
  issuer.trouble = error.message;
}

Async<Result<auth::KeySet>> TrustedIssuers::State::fetch_keys(const Issuer& issuer) {
  const std::string ca_file = issuer.settings.ca_file;
  auto document = co_await fetch(discovery_url(issuer.settings.issuer), ca_file);
  if (!document) co_return fail(std::move(document).error());
  auto url = key_set_url(*document, issuer.settings.issuer);
  if (!url) co_return fail(std::move(url).error());
  auto keys = co_await fetch(std::move(*url), ca_file);
  if (!keys) co_return fail(std::move(keys).error());
  co_return auth::parse_key_set(*keys);
}

// One fetch for all who come while it is under way, and none too soon after the last.
Async<void> TrustedIssuers::State::ask(std::shared_ptr<State> state, Issuer& issuer, Time now) {
  if (issuer.fetching) {
    co_await Flight::landing(issuer.fetching);
    co_return;
  }
  if (issuer.asked != Time{} && now - issuer.asked < state->timing.least_pause) co_return;
  issuer.asked = now;
  issuer.fetching = std::make_shared<Flight>(state->executor);
  const Landing landing(issuer.fetching);
  auto set = co_await state->fetch_keys(issuer);
  if (set) {
    state->take(issuer, std::move(*set), now);
  } else {
    state->fail_for(issuer, set.error());
  }
}

TrustedIssuers::TrustedIssuers(Executor executor, std::vector<TrustedIssuer> issuers, FetchDocument fetch,
                               IssuerTiming timing, std::function<void(const std::string&)> said)
    : state_(std::make_shared<State>(std::move(executor))) {
  state_->fetch = std::move(fetch);
  state_->timing = timing;
  state_->said = std::move(said);
  for (TrustedIssuer& issuer : issuers) {
    Issuer made;
    made.settings = std::move(issuer);
    state_->issuers.push_back(std::move(made));
  }
}

TrustedIssuers::~TrustedIssuers() = default;

bool TrustedIssuers::knows(std::string_view issuer) const noexcept { return state_->find(issuer) != nullptr; }

Async<Result<auth::PublicKey>> TrustedIssuers::key_for(const auth::ParsedToken& token, Time now) {
  const std::shared_ptr<State> state = state_;
  Issuer* const issuer = state->find(token.issuer);
  if (issuer == nullptr || token.key_id.empty() || !is_trusted_with(issuer->settings, token)) {
    co_return auth::not_a_token();
  }
  if (issuer->find(token.key_id) == nullptr) co_await State::ask(state, *issuer, now);
  const auth::PublicKey* const key = issuer->find(token.key_id);
  if (key == nullptr && issuer->fetched == Time{}) {
    co_return fail(ErrorKind::unavailable, "the issuer of the token cannot be asked for its keys now");
  }
  if (key == nullptr) co_return auth::not_a_token();
  co_return *key;
}

Result<Caller> TrustedIssuers::read_caller(const auth::ParsedToken& token, Time now) const {
  const Issuer* const issuer = state_->find(token.issuer);
  if (issuer == nullptr) return auth::not_a_token();
  return external_caller(issuer->settings, token, now);
}

bool TrustedIssuers::has_key(std::string_view issuer, std::string_view key_id) const noexcept {
  const Issuer* const found = state_->find(issuer);
  return found != nullptr && found->find(key_id) != nullptr;
}

std::uint64_t TrustedIssuers::generation() const noexcept { return state_->generation; }

Async<void> TrustedIssuers::refresh(Time now) {
  const std::shared_ptr<State> state = state_;
  for (std::size_t i = 0; i < state->issuers.size(); ++i) {
    Issuer& issuer = state->issuers[i];
    if (now - issuer.fetched >= state->timing.refresh) co_await State::ask(state, issuer, now);
  }
}

}  // namespace valion::gateway

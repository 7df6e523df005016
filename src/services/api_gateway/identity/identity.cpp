#include "services/api_gateway/identity/identity.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <stdexcept>

#include "services/api_gateway/identity/first_start.hpp"
#include "services/api_gateway/identity/permissions.hpp"

namespace valion::gateway {
namespace {

constexpr std::chrono::hours kLongestToken{7 * 24};

std::filesystem::path setup_file(const ServiceContext& context) { return context.home / "secrets" / "setup.json"; }

KeyRingSettings ring_settings(const Settings& settings) {
  KeyRingSettings ring;
  ring.token_lifetime = settings.token_lifetime;
  ring.rotate_after = std::chrono::hours(24) * settings.key_rotation_days;
  return ring;
}

AuthenticatorSettings authenticator_settings(const Settings& settings) {
  AuthenticatorSettings made;
  made.issuer = settings.token_issuer;
  return made;
}

// Null when none is trusted. A wrong file is no start: half of who should come in would be locked out unnoticed.
std::unique_ptr<TrustedIssuers> make_issuers(ServiceContext& context, DocumentFetcher* fetcher) {
  if (fetcher == nullptr) return nullptr;
  auto trusted = read_issuers_file(context.settings.issuers_file);
  if (!trusted) {
    std::string message = trusted.error().message;
    for (const Violation& violation : trusted.error().violations)
      message += "; " + violation.pointer + " " + violation.message;
    throw std::runtime_error(message);
  }
  const auto fetch = [fetcher](std::string url, std::string ca_file) {
    return fetcher->fetch(std::move(url), std::move(ca_file));
  };
  const auto say = [&context](const std::string& line) { context.log.warning(line); };
  return std::make_unique<TrustedIssuers>(context.executor, std::move(*trusted), fetch, IssuerTiming{}, say);
}

}  // namespace

Identity::Identity(ServiceContext& its_context)
    : context(its_context),
      key(auth::SigningKey::load_or_create(context.settings.gateway_key())),
      database(context.catalogue_url()),
      accounts(database, context.jobs_database, kLongestToken),
      ring(database, key, ring_settings(context.settings)),
      tokens(ring, context.settings.token_lifetime, context.settings.token_issuer),
      fetcher(context.settings.issuers_file.empty() ? nullptr : std::make_unique<DocumentFetcher>()),
      issuers(make_issuers(context, fetcher.get())),
      authenticator(context.executor,
                    {ring, accounts.keys, accounts.withdrawals, issuers.get(), context.cpu, context.internal_key},
                    authenticator_settings(context.settings)),
      refusals(context.executor, database),
      sign_in({database, accounts.users, accounts.sessions, accounts.throttle, context.cpu, tokens}),
      means{accounts, sign_in, ring, context.log, [this] { authenticator.forget(); }, setup_file(context)} {
  context.observe(database, "catalogue");
}

Async<Result<void>> Identity::start() {
  const Result<void> ready = co_await sign_in.start();
  if (!ready) co_return fail(ready.error());
  const Result<void> keys = co_await ring.refresh(std::chrono::system_clock::now());
  if (!keys) co_return fail(keys.error());
  const Result<void> current = co_await authenticator.refresh();
  if (!current) co_return fail(current.error());
  authenticator.start();
  FirstStartFiles files{context.home / "secrets" / "cli.json", setup_file(context)};
  const auto first = co_await prepare_first_users(accounts.users, accounts.setup, context.cpu, std::move(files));
  if (!first) co_return fail(first.error());
  if (*first) context.log.info("first start: made the users cli and admin");
  co_return Result<void>{};
}

Async<Result<http::Response>> Identity::let_in(http::Request& request, const http::Handler& inner) {
  VALION_CO_TRY_ASSIGN(const std::string_view credential, credential_of(request.headers));
  const auto now = std::chrono::system_clock::now();
  CallerPtr caller = authenticator.known(credential, now);
  if (caller == nullptr) {
    auto verified = co_await authenticator.verify(std::string(credential), request.remote_address, now);
    if (!verified) co_return fail(std::move(verified).error());
    caller = std::move(*verified);
  }
  request.principal = caller->principal;
  const std::string_view path = std::string_view(request.target).substr(0, request.target.find('?'));
  const Permission wanted = permission_for(name_of(request.method), path);
  if (!permissions_of(*caller).has(wanted)) {
    refusals.note({caller->principal, request.remote_address, request.request_id, wanted, request.route});
    co_return fail(permission_refused(wanted, caller->principal.user));
  }
  auto response = co_await inner(request);
  co_return response;
}

void Identity::note_administration(const http::Request& request, const std::string& what) {
  const auto write = [](Identity& self, audit::Entry entry) -> Async<void> {
    const Result<void> written = co_await audit::record(self.database, std::move(entry));
    if (!written) self.context.log.warning("not in the audit log", {{"reason", written.error().message}});
  };
  audit::Entry entry = entry_of(actor_of(request), "default", "administer", "", what);
  asio::co_spawn(context.executor, write(*this, std::move(entry)), asio::detached);
}

}  // namespace valion::gateway

// The whole of identity, put together in its order: keys, accounts, who calls, what he may do.
#pragma once

#include <chrono>
#include <memory>

#include "platform/service/base_service.hpp"
#include "services/api_gateway/identity/access_tokens.hpp"
#include "services/api_gateway/identity/accounts.hpp"
#include "services/api_gateway/identity/authenticator.hpp"
#include "services/api_gateway/identity/document_fetcher.hpp"
#include "services/api_gateway/identity/identity_routes.hpp"
#include "services/api_gateway/identity/refusals.hpp"
#include "services/api_gateway/identity/sign_in.hpp"
#include "services/api_gateway/identity/trusted_issuers.hpp"

namespace valion::gateway {

// On one event loop. `context` must outlive it.
struct Identity {
  explicit Identity(ServiceContext& context);  // throws when it cannot start
  // Before anything else: reads what is in force, makes the first users, keeps current from then on.
  Async<Result<void>> start();

  // Lets a request of the gateway's own in: sets its principal and asks `inner`. unauthenticated; forbidden for who may not.
  Async<Result<http::Response>> let_in(http::Request& request, const http::Handler& inner);

  // What an operator did at the admin port, into the audit log; in the background.
  void note_administration(const http::Request& request, const std::string& what);

  ServiceContext& context;
  auth::SigningKey key;
  sql::Database database;
  Accounts accounts;
  KeyRing ring;
  AccessTokens tokens;
  std::unique_ptr<DocumentFetcher> fetcher;  // these two: null unless issuers elsewhere are trusted
  std::unique_ptr<TrustedIssuers> issuers;
  Authenticator authenticator;
  Refusals refusals;
  SignIn sign_in;
  IdentityMeans means;
};

}  // namespace valion::gateway

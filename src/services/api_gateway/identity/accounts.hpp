// Everything the gateway keeps about who may do what, over one database, in the order in which it must be made.
#pragma once

#include <chrono>

#include "platform/sql/database.hpp"
#include "services/api_gateway/identity/api_key_catalogue.hpp"
#include "services/api_gateway/identity/personal_data.hpp"
#include "services/api_gateway/identity/session_catalogue.hpp"
#include "services/api_gateway/identity/setup_tokens.hpp"
#include "services/api_gateway/identity/shared_throttle.hpp"
#include "services/api_gateway/identity/tenant_catalogue.hpp"
#include "services/api_gateway/identity/user_catalogue.hpp"
#include "services/api_gateway/identity/withdrawal_log.hpp"

namespace valion::gateway {

struct Accounts {
  // Migrates; throws when a database cannot be used. Both databases must outlive it. `longest`: no token lives longer.
  Accounts(sql::Database& accounts, sql::Database& jobs, std::chrono::seconds longest)
      : database(accounts),
        tenants(accounts),
        users(accounts),
        keys(accounts),
        sessions(accounts),
        setup(accounts),
        throttle(accounts),
        withdrawals(accounts, longest),
        personal_data(accounts, jobs) {
    tenants.adopt("select tenant as name from gateway_users union select tenant as name from gateway_api_keys");
  }

  sql::Database& database;
  TenantCatalogue tenants;
  UserCatalogue users;
  ApiKeyCatalogue keys;
  SessionCatalogue sessions;
  SetupTokens setup;
  SharedThrottle throttle;
  WithdrawalLog withdrawals;
  PersonalDataStore personal_data;
};

}  // namespace valion::gateway

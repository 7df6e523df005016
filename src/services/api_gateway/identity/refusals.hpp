// Refused permissions, told to the caller and to the audit log: the first of a caller for a permission at once, the rest of the same
// minute as a number in the next row, so that nobody floods the log.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/identity.hpp"
#include "platform/async/async.hpp"
#include "platform/sql/database.hpp"
#include "services/api_gateway/identity/permissions.hpp"

namespace valion::gateway {

struct RefusedPermission {
  Principal principal;
  std::string address;
  std::string request_id;
  Permission wanted = Permission::administer;
  std::string route;  // a route's name or template, never a path: no personal data
};

// What the caller hears: forbidden.
[[nodiscard]] Error permission_refused(Permission wanted, const std::string& user);

// On one event loop.
class Refusals {
 public:
  Refusals(Executor executor, sql::Database& database);  // both must outlive it
  ~Refusals();

  void note(const RefusedPermission& refusal);  // writes in the background

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace valion::gateway

#include "services/api_gateway/identity/actor.hpp"

namespace valion::gateway {

Actor actor_of(const http::Request& request) {
  Actor actor;
  actor.address = request.remote_address;
  actor.request_id = request.request_id;
  if (!request.principal) return actor;
  actor.tenant = request.principal->tenant;
  actor.user = request.principal->user;
  return actor;
}

Actor ourselves() { return {"default", "system", {}, {}}; }

audit::Entry entry_of(const Actor& actor, std::string tenant, std::string action, std::string object,
                      std::string detail) {
  return {std::move(tenant), actor.user,       std::move(action), std::move(object), "done",
          actor.address,     actor.request_id, std::move(detail)};
}

}  // namespace valion::gateway

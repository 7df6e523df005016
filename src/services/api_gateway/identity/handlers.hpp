// The handlers behind identity_routes(); each is named after its row there.
#pragma once

#include "services/api_gateway/identity/identity_routes.hpp"

namespace valion::gateway::handlers {

// session_handlers.cpp
IdentityAnswer token(IdentityMeans& means, http::Request& request);
IdentityAnswer login(IdentityMeans& means, http::Request& request);
IdentityAnswer refresh(IdentityMeans& means, http::Request& request);
IdentityAnswer logout(IdentityMeans& means, http::Request& request);
IdentityAnswer logout_all(IdentityMeans& means, http::Request& request);
IdentityAnswer list_sessions(IdentityMeans& means, http::Request& request);
IdentityAnswer end_session(IdentityMeans& means, http::Request& request);
IdentityAnswer show_me(IdentityMeans& means, http::Request& request);
IdentityAnswer change_own_password(IdentityMeans& means, http::Request& request);

// user_handlers.cpp
IdentityAnswer list_users(IdentityMeans& means, http::Request& request);
IdentityAnswer add_user(IdentityMeans& means, http::Request& request);
IdentityAnswer set_password(IdentityMeans& means, http::Request& request);
IdentityAnswer set_roles(IdentityMeans& means, http::Request& request);
IdentityAnswer disable_user(IdentityMeans& means, http::Request& request);
IdentityAnswer enable_user(IdentityMeans& means, http::Request& request);
IdentityAnswer remove_user(IdentityMeans& means, http::Request& request);
IdentityAnswer make_setup_link(IdentityMeans& means, http::Request& request);
IdentityAnswer export_person(IdentityMeans& means, http::Request& request);
IdentityAnswer erase_person(IdentityMeans& means, http::Request& request);

// key_handlers.cpp
IdentityAnswer list_keys(IdentityMeans& means, http::Request& request);
IdentityAnswer create_key(IdentityMeans& means, http::Request& request);
IdentityAnswer revoke_key(IdentityMeans& means, http::Request& request);

// signing_key_handlers.cpp
IdentityAnswer show_key_set(IdentityMeans& means, http::Request& request);
IdentityAnswer list_signing_keys(IdentityMeans& means, http::Request& request);
IdentityAnswer rotate_signing_keys(IdentityMeans& means, http::Request& request);

// tenant_handlers.cpp
IdentityAnswer list_tenants(IdentityMeans& means, http::Request& request);
IdentityAnswer add_tenant(IdentityMeans& means, http::Request& request);
IdentityAnswer disable_tenant(IdentityMeans& means, http::Request& request);
IdentityAnswer enable_tenant(IdentityMeans& means, http::Request& request);
IdentityAnswer list_audit(IdentityMeans& means, http::Request& request);

// setup_handlers.cpp
IdentityAnswer show_setup(IdentityMeans& means, http::Request& request);
IdentityAnswer finish_setup(IdentityMeans& means, http::Request& request);

}  // namespace valion::gateway::handlers

// Consul's routes over what a Directory knows.
#pragma once

#include <string>

#include "platform/http/router.hpp"
#include "platform/registry/registry.hpp"
#include "platform/service/base_service.hpp"

namespace valion::registry {

// `token` is filled in before the first request comes. All must outlive the router.
void add_read_routes(http::Router& router, ServiceContext& context, const std::string& token);
void add_write_routes(http::Router& router, ServiceContext& context, const RegistrySettings& settings,
                      const std::string& token);

}  // namespace valion::registry

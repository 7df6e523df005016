// The single entry: takes clients' tokens, passes requests on in the caller's name, hides everything behind it.
//
//   /api/v1/{data,ml,geospatial,reports,registry}/…   relayed, see route_table.cpp
//   /api/v1/jobs/…            answered here, from the job table: platform/service/job_routes.hpp
//   POST /api/v1/auth/token   user and password > a token for everything else; an API key needs none
//   /api/v1/auth/…            see contracts/{access,accounts}.hpp; /setup: the page behind a one-time link
//   GET  /                    what is here
//   GET  /openapi.json, /docs the description of all of it: documents/documents.hpp
#pragma once

#include <memory>
#include <string_view>

#include "platform/service/base_service.hpp"

namespace valion {

namespace gateway {
class Documents;
}

class ApiGateway final : public BaseService {
 public:
  static constexpr std::string_view kName = "api_gateway";

  ApiGateway();
  ~ApiGateway() override;
  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] bool authenticates_itself() const override { return true; }
  [[nodiscard]] bool stands_alone() const override;  // a table without services of the registry, and no redis.url
  std::unique_ptr<http::Frontend> make_frontend(http::ServerSettings settings, const http::Router& router,
                                                http::Around around) override;
  void routes(http::Router& router) override;
  Async<Result<void>> initialize() override;
  Async<void> cleanup() override;
  Async<ServiceHealth> health_check() override;

 private:
  struct Front;  // what make_frontend() builds: route table, TLS, the edge
  struct Open;   // what it builds instead where gateway.identity is off
  struct State;  // what initialize() builds: key, catalogue, sign-in, the steps of an exchange

  void add_routes_of_callers(http::Router& router);

  std::unique_ptr<gateway::Documents> documents_;
  std::unique_ptr<Front> front_;
  std::unique_ptr<State> state_;
  std::unique_ptr<Open> open_;
};

}  // namespace valion

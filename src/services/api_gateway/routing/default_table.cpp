// What the gateway relays when no file says otherwise. `valion config routes` prints it; a table of one's own begins with its copy.
#include "services/api_gateway/routing/table_file.hpp"

namespace valion::gateway {
namespace {

constexpr std::string_view kDefaultTable =
    R"(# The route table of Valion's gateway; docs/gateway.md explains every field.
# Of the routes whose prefix a path begins with and which take its method, the longest one takes a request.
routes:
  # Datasets: import, profile, cleaning.
  - name: data
    prefix: /api/v1/data
    aliases: [/data]
    replacement: /data
    service: data_processing
    timeout: 60s
    rate_limit: {user: 50/min, key: 3000/min}
    body_limit: upload

  # Training makes a job each; everything else of the models is quick.
  - name: ml-train
    prefix: /api/v1/ml/models
    aliases: [/ml/models]
    exact: true
    methods: [POST]
    replacement: /ml/models
    service: ml_service
    timeout: 300s
    rate_limit: {user: 20/min, key: 1200/min}
  - name: ml
    prefix: /api/v1/ml
    aliases: [/ml]
    replacement: /ml
    service: ml_service
    timeout: 300s
    rate_limit: {user: 600/min, key: 36000/min}

  # Each tenant has answers of its own in the cache.
  - name: geospatial
    prefix: /api/v1/geospatial
    aliases: [/geospatial]
    replacement: /geospatial
    service: geospatial_service
    timeout: 30s
    rate_limit: {user: 100/min, key: 6000/min}
    cache: {ttl: 1h, authorised: true}

  - name: reports
    prefix: /api/v1/reports
    aliases: [/reports]
    replacement: /reports
    service: reporting_service
    timeout: 60s
    rate_limit: {user: 30/min, key: 1800/min}

  # Consul's read API; its queries may wait for a change for ten minutes.
  - name: registry
    prefix: /api/v1/registry
    replacement: /v1
    service: service_registry
    timeout: 630s
    rate_limit: {user: 600/min, key: 6000/min}

  # What the gateway answers itself; its handlers say who may come. Looking at jobs is not counted.
  - name: jobs
    prefix: /api/v1/jobs
    service: api_gateway
  - name: auth
    prefix: /api/v1/auth
    service: api_gateway
    auth: off
    rate_limit: 600/min
  - name: own
    prefix: /
    service: api_gateway
    auth: off
)";

}  // namespace

std::string_view default_routes_yaml() noexcept { return kDefaultTable; }

}  // namespace valion::gateway

// THE list of what the API can do, a function for each service. Adding a route means adding it here; a test says so.
#pragma once

#include <vector>

#include "contracts/openapi/operation.hpp"

namespace valion::openapi {

[[nodiscard]] std::vector<Operation> data_operations();        // data_processing
[[nodiscard]] std::vector<Operation> geospatial_operations();  // geospatial_service
[[nodiscard]] std::vector<Operation> ml_operations();          // ml_service
[[nodiscard]] std::vector<Operation> report_operations();      // reporting_service
[[nodiscard]] std::vector<Operation> registry_operations();    // service_registry
[[nodiscard]] std::vector<Operation> job_operations();         // the gateway, and each service below /jobs
[[nodiscard]] std::vector<Operation> access_operations();      // the gateway: who may use the system
[[nodiscard]] std::vector<Operation> account_operations();     // the gateway: sessions, tenants, persons, the audit log
[[nodiscard]] std::vector<Operation> system_operations();      // health, metrics, documents
[[nodiscard]] std::vector<Operation> all_operations();

// What every job-submitting operation has in common: 202 with its place, `Prefer: wait`, `Idempotency-Key`, `priority`.
void submits_job(Operation& operation, SchemaOf result);

}  // namespace valion::openapi

#include "services/api_gateway/routing/route_table.hpp"

namespace valion::gateway {
namespace {

constexpr bool kUploads = true;

constexpr RelayedRoute kRoutes[] = {
    {"/api/v1/data", "data_processing", "/data", kUploads},
    {"/api/v1/geospatial", "geospatial_service", "/geospatial"},
    {"/api/v1/ml", "ml_service", "/ml"},
    {"/api/v1/reports", "reporting_service", "/reports"},
    {"/api/v1/registry", "service_registry", "/v1"},
    // The short names, kept as aliases of version 1.
    {"/data", "data_processing", "/data", kUploads},
    {"/geospatial", "geospatial_service", "/geospatial"},
    {"/ml", "ml_service", "/ml"},
    {"/reports", "reporting_service", "/reports"},
};

constexpr std::string_view kJobs = "/jobs";
constexpr std::string_view kPublicJobs = "/api/v1/jobs";

// What follows `prefix` when `text` begins with it as whole path segments.
std::optional<std::string_view> after(std::string_view prefix, std::string_view text) {
  if (!text.starts_with(prefix)) return std::nullopt;
  const std::string_view rest = text.substr(prefix.size());
  if (rest.empty() || rest.front() == '/' || rest.front() == '?') return rest;
  return std::nullopt;
}

std::string joined(std::string_view prefix, std::string_view rest) { return std::string(prefix).append(rest); }

// The first route of a service is its canonical one.
const RelayedRoute& canonical(const RelayedRoute& route) {
  for (const RelayedRoute& one : kRoutes) {
    if (one.service == route.service) return one;
  }
  return route;
}

}  // namespace

std::span<const RelayedRoute> route_table() noexcept { return kRoutes; }

std::optional<std::string> service_target(const RelayedRoute& route, std::string_view target) {
  const auto rest = after(route.public_prefix, target);
  if (!rest) return std::nullopt;
  return joined(route.service_prefix, *rest);
}

std::string public_location(const RelayedRoute& route, std::string_view location) {
  if (const auto job = after(kJobs, location)) return joined(kPublicJobs, *job);
  if (const auto rest = after(route.service_prefix, location)) return joined(canonical(route).public_prefix, *rest);
  return std::string(location);
}

}  // namespace valion::gateway

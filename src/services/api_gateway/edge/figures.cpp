#include "services/api_gateway/edge/figures.hpp"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>

#include "platform/http/message.hpp"

namespace valion::gateway {
namespace {

std::string_view label_of(std::string_view method) {
  const auto known = http::parse_method(method);
  return known ? http::name_of(*known) : "other";
}

prometheus::Counter* errors_of(metrics::Registry& metrics, const char* kind) {
  return &metrics.counter("http_errors_total", "Requests answered with a failing status", {{"class", kind}});
}

}  // namespace

RouteFigures::RouteFigures(metrics::Registry& metrics, std::string route)
    : metrics_(&metrics),
      route_(std::move(route)),
      bytes_(&metrics.counter("http_response_bytes_total", "Bytes of response bodies", {{"route", route_}})),
      client_errors_(errors_of(metrics, "4xx")),
      server_errors_(errors_of(metrics, "5xx")) {}

RouteFigures::Series& RouteFigures::series(std::string_view method, int status) {
  for (Series& each : series_) {
    if (each.status == status && each.method == method) return each;
  }
  const std::string_view label = label_of(method);
  for (Series& each : series_) {
    if (each.status == status && each.method == label) return each;
  }
  const metrics::Labels by_route{{"route", route_}, {"method", std::string(label)}};
  metrics::Labels by_status = by_route;
  by_status.emplace("status", std::to_string(status));
  Series made;
  made.method = label;
  made.status = status;
  made.requests = &metrics_->counter("http_requests_total", "Requests answered", by_status);
  made.seconds =
      &metrics_->latency("http_request_duration_seconds", "From the request's head to the response's end", by_route);
  return series_.emplace_back(made);
}

void RouteFigures::count(std::string_view method, int status, std::uint64_t bytes,
                         std::chrono::duration<double> lasted) {
  Series& counted = series(method, status);
  counted.requests->Increment();
  counted.seconds->Observe(lasted.count());
  bytes_->Increment(static_cast<double>(bytes));
  if (status >= 400) (status >= 500 ? server_errors_ : client_errors_)->Increment();
}

}  // namespace valion::gateway

// What is counted of the exchanges of one route.
//
// Metrics: http_requests_total{route,method,status}, http_request_duration_seconds{route,method}, http_response_bytes_total{route},
// http_errors_total{class}; `route` is the route's name, so that strangers cannot add series.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/metrics/metrics.hpp"

namespace valion::gateway {

class RouteFigures {
 public:
  RouteFigures(metrics::Registry& metrics, std::string route);
  void count(std::string_view method, int status, std::uint64_t bytes, std::chrono::duration<double> lasted);

 private:
  struct Series {
    std::string_view method;  // of the seven, or `other`
    int status = 0;
    prometheus::Counter* requests = nullptr;
    prometheus::Histogram* seconds = nullptr;
  };
  [[nodiscard]] Series& series(std::string_view method, int status);

  metrics::Registry* metrics_;
  std::string route_;
  std::vector<Series> series_;  // few: looked through from the front
  prometheus::Counter* bytes_;
  prometheus::Counter* client_errors_;
  prometheus::Counter* server_errors_;
};

}  // namespace valion::gateway

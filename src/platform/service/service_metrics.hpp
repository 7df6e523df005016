// What a service process shows of itself beside its requests: the process, its disk, its queues, its log.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "platform/metrics/process_metrics.hpp"
#include "platform/service/base_service.hpp"
#include "platform/service/within.hpp"

namespace valion {

class ServiceMetrics {
 public:
  // Both outlive it. Makes the families, so that they stand in the text from the start.
  ServiceMetrics(BaseService& service, ServiceContext& context);

  // Brings everything up to date (BaseService::refresh_metrics() for at most half a second) and writes it down.
  Async<std::string> text();
  // The few that /health shows.
  [[nodiscard]] std::map<std::string, double> figures() const;

 private:
  Async<bool> refresh_service();
  void update();

  BaseService& service_;
  ServiceContext& context_;
  metrics::ProcessMetrics process_;
  std::shared_ptr<UnderWay<bool>> refreshing_;
  prometheus::Counter& lines_written_;
  prometheus::Counter& lines_lost_;
};

}  // namespace valion

// Makes PDF and XLSX documents from stored artefacts, as jobs, and keeps them. Routes: contracts/reports.hpp.
#pragma once

#include <memory>
#include <string_view>

#include "platform/service/base_service.hpp"
#include "platform/service/keeps_objects.hpp"

namespace valion {

class ReportingService final : public BaseService, public KeepsObjects {
 public:
  static constexpr std::string_view kName = "reporting_service";

  ReportingService();
  ~ReportingService() override;
  [[nodiscard]] std::string_view name() const override { return kName; }
  void routes(http::Router& router) override;
  Async<Result<void>> initialize() override;
  Async<ServiceHealth> health_check() override;
  [[nodiscard]] Result<std::set<Hash>> referenced_objects(sql::Database& catalogue) const override;

 private:
  Async<Result<http::Response>> make_report(http::Request& request);
  Async<Result<http::Response>> show_report(http::Request& request);
  Async<Result<http::Response>> send_file(http::Request& request, std::string_view format);

  struct State;  // what initialize() opens: catalogue and objects
  std::unique_ptr<State> state_;
};

}  // namespace valion

// Trains models as jobs, keeps them, and values properties with them. Routes: contracts/ml.hpp.
#pragma once

#include <memory>
#include <string_view>

#include "platform/service/base_service.hpp"
#include "platform/service/keeps_objects.hpp"

namespace valion {

class MlService final : public BaseService, public KeepsObjects {
 public:
  static constexpr std::string_view kName = "ml_service";

  MlService();
  ~MlService() override;
  [[nodiscard]] std::string_view name() const override { return kName; }
  void routes(http::Router& router) override;
  Async<Result<void>> initialize() override;
  Async<ServiceHealth> health_check() override;
  Async<void> refresh_metrics() override;
  [[nodiscard]] Result<std::set<Hash>> referenced_objects(sql::Database& catalogue) const override;

 private:
  struct State;  // what initialize() opens: catalogue, objects, models in memory

  Async<Result<http::Response>> train(http::Request& request);
  Async<Result<http::Response>> list_models(http::Request& request);
  Async<Result<http::Response>> show_model(http::Request& request);
  Async<Result<http::Response>> show_evaluation(http::Request& request);
  Async<Result<http::Response>> value_property(http::Request& request);
  Async<Result<http::Response>> show_valuation(http::Request& request);

  std::unique_ptr<State> state_;
};

}  // namespace valion

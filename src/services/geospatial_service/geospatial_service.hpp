// Where properties are, and what is around them. Routes: contracts/geospatial.hpp. Keeps nothing: data sets live in
// data_processing, and what is added to one becomes a new version there.
#pragma once

#include <string_view>

#include "platform/service/base_service.hpp"

namespace valion {

class GeospatialService final : public BaseService {
 public:
  static constexpr std::string_view kName = "geospatial_service";
  [[nodiscard]] std::string_view name() const override { return kName; }
  void routes(http::Router& router) override;
  Async<Result<void>> initialize() override;

 private:
  Async<Result<http::Response>> enrich(http::Request& request);
  Async<Result<http::Response>> locate(http::Request& request);
  Async<Result<http::Response>> preview_levels(http::Request& request);
};

}  // namespace valion

// data_processing: uploaded files become typed, profiled, cleaned dataset versions (contracts/data.hpp has the routes).
#pragma once

#include <memory>
#include <string_view>

#include "platform/service/base_service.hpp"
#include "platform/service/keeps_objects.hpp"

namespace valion {

namespace data {
class VersionStore;
}

class DataProcessing final : public BaseService, public KeepsObjects {
 public:
  static constexpr std::string_view kName = "data_processing";

  DataProcessing();
  ~DataProcessing() override;
  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] Result<std::set<Hash>> referenced_objects(sql::Database& catalogue) const override;
  void routes(http::Router& router) override;
  Async<Result<void>> initialize() override;

 private:
  Async<Result<http::Response>> import_file(http::Request& request);
  Async<Result<http::Response>> show_version(http::Request& request);
  Async<Result<http::Response>> show_profile(http::Request& request);
  Async<Result<http::Response>> show_cleaning(http::Request& request);
  Async<Result<http::Response>> clean(http::Request& request);
  Async<Result<http::Response>> send_arrow(http::Request& request);
  Async<Result<http::Response>> add_version(http::Request& request);

  std::unique_ptr<data::VersionStore> versions_;
};

}  // namespace valion

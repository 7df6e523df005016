// Taking away what nobody needs: objects that no stored document refers to, half uploads, cached copies, ended jobs.
//
// Safe beside running services: whoever puts an object has renewed its time, and nothing goes that is younger than the grace time
// or referred to when the collector looks. Where a service cannot say what it refers to, all of its objects stay.
#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/config/settings.hpp"
#include "platform/service/base_service.hpp"

namespace valion::app {

struct Freed {
  std::string what;  // «objects of ml_service», «cached copies», …
  std::int64_t count = 0;
  std::int64_t bytes = 0;
};
BOOST_DESCRIBE_STRUCT(Freed, (), (what, count, bytes))

struct CollectionReport {
  bool dry_run = false;
  std::vector<Freed> freed;
};
BOOST_DESCRIBE_STRUCT(CollectionReport, (), (dry_run, freed))

// How a service's code is had: platform/service/module.hpp, or a test's own.
using MakeService = std::function<std::unique_ptr<BaseService>(std::string_view name)>;

// Ends with the first error; what is gone then is gone. May throw what opening stores and databases throws.
[[nodiscard]] Result<CollectionReport> collect(const Settings& settings, bool dry_run, const MakeService& make);

}  // namespace valion::app

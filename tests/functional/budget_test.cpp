// What an idle system may cost, and who carries which library.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "app/service_list.hpp"
#include "functional/running_system.hpp"

namespace valion::functional {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr long kIdleKilobytes = 150 * 1024;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;  // and so with shadow memory of its own
#else
constexpr bool kSanitized = false;
#endif

std::string of_process(pid_t process, const std::string& file) {
  return slurp("/proc/" + std::to_string(process) + "/" + file);
}

// Proportional set size: a page shared by n processes counts 1/n in each.
long proportional_kilobytes(pid_t process) {
  std::istringstream lines(of_process(process, "smaps_rollup"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Pss:")) return std::stol(line.substr(4));
  }
  return 0;
}

TEST(Budget, AnIdleSystemFitsIn150Megabytes) {
  RunningSystem system;
  long total = proportional_kilobytes(system.orchestrator());
  for (const app::ServiceEntry& entry : app::service_list()) {
    for (const pid_t process : system.processes(std::string(entry.name))) {
      const long cost = proportional_kilobytes(process);
      EXPECT_GT(cost, 0) << entry.name;
      total += cost;
    }
  }
  RecordProperty("idle_kilobytes", std::to_string(total));
  std::printf("idle: %.1f MB without Redis\n", static_cast<double>(total) / 1024);
  if (!kSanitized) {
    EXPECT_LT(total, kIdleKilobytes);
  }
}

TEST(Budget, HeavyLibrariesAreLoadedOnlyByTheServicesThatUseThem) {
  RunningSystem system;
  const std::vector<std::pair<std::string, std::string>> owners{
      {"/libxgboost.so", "ml_service"},           {"/libcairo.so", "reporting_service"},
      {"/libpango-1.0.so", "reporting_service"},  {"/libqpdf.so", "reporting_service"},
      {"/libxlsxwriter.so", "reporting_service"}, {"/libproj.so", "geospatial_service"}};
  const std::string orchestrator = of_process(system.orchestrator(), "maps");
  for (const auto& [library, owner] : owners) EXPECT_THAT(orchestrator, Not(HasSubstr(library)));
  for (const app::ServiceEntry& entry : app::service_list()) {
    const std::string maps = of_process(system.processes(std::string(entry.name)).at(0), "maps");
    ASSERT_THAT(maps, HasSubstr("/" + std::string(entry.name) + ".so"));
    for (const auto& [library, owner] : owners) {
      if (owner == entry.name) {
        EXPECT_THAT(maps, HasSubstr(library)) << entry.name;
      } else {
        EXPECT_THAT(maps, Not(HasSubstr(library))) << entry.name;
      }
    }
  }
}

}  // namespace
}  // namespace valion::functional

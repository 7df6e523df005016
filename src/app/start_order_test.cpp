#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "app/service_list.hpp"
#include "platform/service/module.hpp"

namespace valion::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ServiceEntry service(std::string_view name, std::vector<std::string_view> starts_after = {}) {
  return {name, 0, std::move(starts_after)};
}

TEST(StartOrder, PutsEachServiceAfterWhatItNeeds) {
  const auto order = start_order({service("gateway", {"data", "ml"}), service("ml", {"registry"}), service("registry"),
                                  service("data", {"registry"})});
  ASSERT_TRUE(order) << order.error().message;
  EXPECT_THAT(*order, ElementsAre("registry", "data", "ml", "gateway"));
}

TEST(StartOrder, ShowsACycle) {
  const auto order = start_order({service("a", {"b"}), service("b", {"c"}), service("c", {"b"})});
  ASSERT_FALSE(order);
  EXPECT_THAT(order.error().message, HasSubstr("b > c > b"));
}

TEST(StartOrder, NamesAnUnknownService) {
  const auto order = start_order({service("a", {"nobody"})});
  ASSERT_FALSE(order);
  EXPECT_THAT(order.error().message, HasSubstr("nobody"));
}

TEST(ServiceList, HasNoCycleAndDistinctNamesAndPorts) {
  ASSERT_TRUE(start_order(service_list()));
  std::set<std::string_view> names;
  std::set<std::uint16_t> ports;
  for (const ServiceEntry& entry : service_list()) {
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    EXPECT_TRUE(ports.insert(entry.port).second) << entry.name;
    EXPECT_EQ(load_service(entry.name)->name(), entry.name);
  }
}

}  // namespace
}  // namespace valion::app

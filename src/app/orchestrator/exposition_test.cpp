#include "app/orchestrator/exposition.hpp"

#include <gtest/gtest.h>

namespace valion::app {
namespace {

TEST(Exposition, NamesEachFamilyOnceBeforeAllItsSamples) {
  const std::string first =
      "# HELP up is it\n# TYPE up gauge\nup{instance=\"a\"} 1\n# TYPE calls counter\ncalls{instance=\"a\"} 3\n";
  const std::string second =
      "# TYPE calls counter\ncalls{instance=\"b\"} 4\n# HELP up is it\n# TYPE up gauge\nup{instance=\"b\"} 1\n";
  EXPECT_EQ(join_expositions({first, second}),
            "# HELP up is it\n# TYPE up gauge\nup{instance=\"a\"} 1\nup{instance=\"b\"} 1\n"
            "# TYPE calls counter\ncalls{instance=\"a\"} 3\ncalls{instance=\"b\"} 4\n");
}

TEST(Exposition, OfNothingIsNothing) { EXPECT_EQ(join_expositions({"", "\n"}), ""); }

}  // namespace
}  // namespace valion::app

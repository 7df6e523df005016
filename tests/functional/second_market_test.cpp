// Another market without a change of code: Ames, Iowa, from Debian's r-cran-modeldata, as examples/ames/study.json says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "functional/running_system.hpp"

namespace valion::functional {
namespace {

using testing::HasSubstr;

TEST(SecondMarket, AmesRunsFromItsStudyFileAlone) {
  const TemporaryFolder folder;
  const Finished fetched = run({source_file("tools/fetch_dataset").string(), "ames", folder.path().string()});
  ASSERT_EQ(fetched.code, 0) << fetched.output;
  std::filesystem::copy_file(source_file("examples/ames/study.json"), folder.path() / "study.json");
  RunningSystem system;
  const Finished demo = system.valion({"demo", "--study", (folder.path() / "study.json").string()});
  EXPECT_EQ(demo.code, 0) << demo.output;
  EXPECT_THAT(demo.output, HasSubstr("2930 rows"));
  EXPECT_THAT(demo.output, HasSubstr("xgboost"));
}

}  // namespace
}  // namespace valion::functional

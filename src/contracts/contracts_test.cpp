// Every contract survives its JSON, and every member that must be there is missed by name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "contracts/data.hpp"
#include "contracts/geospatial.hpp"
#include "contracts/ml.hpp"
#include "contracts/platform.hpp"
#include "contracts/registry.hpp"
#include "contracts/reports.hpp"
#include "contracts/study.hpp"
#include "platform/json/described.hpp"

namespace valion::contracts {
namespace {

// Gives every member, however deep, a value of its own.
class Filling {
 public:
  void fill(bool& value) { value = true; }
  void fill(double& value) { value = ++count_ + 0.1; }
  void fill(std::int64_t& value) { value = ++count_; }
  void fill(std::string& value) { value = "é \"" + std::to_string(++count_) + "\"\n"; }
  void fill(Date& value) { value = Date(10'000 + ++count_); }
  void fill(Hash& value) {
    std::string digits = std::to_string(++count_);
    value = Hash::parse(std::string(64 - digits.size(), 'a') + digits).value();
  }
  void fill(Cell& value) {
    const std::vector<Cell> kinds{std::monostate{}, ++count_ + 0.5, std::string("text"), true};
    value = kinds[static_cast<std::size_t>(count_) % kinds.size()];
  }
  void fill(json::Raw& value) { value.text = R"({"any":[1,null]})"; }
  template <class T>
  void fill(std::optional<T>& value) {
    fill(value.emplace());
  }
  template <class T>
  void fill(std::vector<T>& value) {
    value.resize(2);
    for (T& one : value) fill(one);
  }
  template <class T>
  void fill(std::map<std::string, T>& value) {
    value.clear();
    for (const char* key : {"a/b", "~é"}) fill(value[key]);
  }
  template <json::detail::DescribedEnum T>
  void fill(T& value) {
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto one) { value = one.value; });
  }
  template <json::detail::Described T>
  void fill(T& value) {
    boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_any_access>>(
        [&](auto descriptor) { fill(value.*descriptor.pointer); });
  }

 private:
  std::int32_t count_ = 0;
};

template <class T>
class Contract : public testing::Test {};

using Contracts = testing::Types<ImportOptions, DatasetVersion, Profile, CleaningRequest, CleaningReport,
                                 TrainingRequest, ModelRecord, ModelList, EvaluationRows, ValuationRequest, Valuation,
                                 JobView, HealthView, TokenRequest, TokenAnswer, CatalogEntry, HealthEntry,
                                 ReportRequest, ReportRecord, Study, Centre, EnrichmentRequest, EnrichmentResult,
                                 LocateRequest, Location, NeighbourLevelRequest, NeighbourLevel, NeighbourLevelPreview>;
TYPED_TEST_SUITE(Contract, Contracts);

TYPED_TEST(Contract, SurvivesItsJson) {
  TypeParam value;
  Filling().fill(value);
  const std::string text = json::encode(value);
  const auto back = json::decode<TypeParam>(text, json::Unknown::ignored);  // what members may hold is not asked
  ASSERT_TRUE(back) << text
                    << (back ? ""
                        : back.error().violations.empty()
                            ? back.error().message
                            : back.error().violations[0].pointer + back.error().violations[0].message);
  EXPECT_EQ(json::encode(*back), text);
}

TYPED_TEST(Contract, MissesByNameWhatIsRequiredAndOnlyThat) {
  std::vector<std::string> required;
  std::size_t defaulted = 0;
  boost::mp11::mp_for_each<boost::describe::describe_members<TypeParam, boost::describe::mod_any_access>>(
      [&](auto descriptor) {
        using Member = std::remove_cvref_t<decltype(std::declval<TypeParam>().*descriptor.pointer)>;
        const bool is_defaulted = json::detail::is_defaulted<TypeParam>(descriptor.name);
        defaulted += is_defaulted ? 1 : 0;
        if (!is_defaulted && !json::detail::IsOptional<Member>::value)
          required.push_back("/" + std::string(descriptor.name));
      });
  if constexpr (requires { TypeParam::kDefaulted; }) {
    EXPECT_EQ(defaulted, TypeParam::kDefaulted.size()) << "kDefaulted names no member";
  }
  const auto empty = json::decode<TypeParam>("{}");
  std::vector<std::string> missed;
  if (!empty)
    for (const Violation& violation : empty.error().violations) missed.push_back(violation.pointer);
  EXPECT_EQ(missed, required);
}

TEST(Study, OfTheExamplesIsReadWhole) {
  for (const char* market : {"lucas_county", "ames"}) {
    std::ifstream input(std::string(VALION_SOURCE_DIR) + "/examples/" + market + "/study.json");
    std::stringstream text;
    text << input.rdbuf();
    const auto study = json::decode<contracts::Study>(text.str());
    ASSERT_TRUE(study) << market;
    EXPECT_EQ(json::encode(json::decode<contracts::Study>(json::encode(*study)).value()), json::encode(*study));
  }
}

}  // namespace
}  // namespace valion::contracts
